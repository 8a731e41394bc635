; Synthetic: an installation that calls itself Skype, and a link to another program.
Target amd64-unicode
Unicode true
Name "Skype"
OutFile "machine.exe"
InstallDir "$PROGRAMFILES64\Skype"
RequestExecutionLevel admin
SilentInstall silent
!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Skype_is1"
Section
 SetShellVarContext all
 SetRegView 64
 SetOutPath "$INSTDIR\Phone"
 File "Skype.exe"
 File "ContentFilter.exe"
 WriteUninstaller "$INSTDIR\uninst.exe"
 WriteRegStr HKLM "${KEY}" "DisplayName" "Skype"
 WriteRegStr HKLM "${KEY}" "Publisher" "Synthetic"
 WriteRegStr HKLM "${KEY}" "DisplayVersion" "5.1.4.10"
 WriteRegStr HKLM "${KEY}" "InstallLocation" "$INSTDIR"
 WriteRegStr HKLM "${KEY}" "UninstallString" "$\"$INSTDIR\uninst.exe$\" /S"
 SetOutPath "C:\Tools\Messenger"
 File "Viber.exe"
 CreateDirectory "$SMPROGRAMS\Messenger"
 CreateShortCut "$SMPROGRAMS\Messenger\Messenger.lnk" "C:\Tools\Messenger\Viber.exe"
SectionEnd
Section Uninstall
 Delete "$INSTDIR\Phone\*.*"
SectionEnd
