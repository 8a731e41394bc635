; Synthetic: an installation of a 32-bit program.
Target amd64-unicode
Unicode true
Name "Pidgin"
OutFile "older.exe"
InstallDir "C:\Program Files (x86)\Pidgin" ; 64-bit Wine alone names no such folder
RequestExecutionLevel admin
SilentInstall silent
!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Pidgin"
Section
 SetRegView 32
 SetOutPath "$INSTDIR"
 File "pidgin.exe"
 WriteUninstaller "$INSTDIR\pidgin-uninst.exe"
 WriteRegStr HKLM "${KEY}" "DisplayName" "Pidgin"
 WriteRegStr HKLM "${KEY}" "DisplayVersion" "2.14.12"
 WriteRegStr HKLM "${KEY}" "UninstallString" "$INSTDIR\pidgin-uninst.exe"
SectionEnd
Section Uninstall
 Delete "$INSTDIR\*.*"
SectionEnd
