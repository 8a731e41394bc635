package dumpsys

// installers are the names of who installs apps on Android, where the id of the
// package does not say it. Names stay as they are in every language.
var installers = map[string]string{
	"com.amazon.venezia":                   "Amazon Appstore",
	"com.android.packageinstaller":         "APK file",
	"com.android.shell":                    "adb",
	"com.android.vending":                  "Google Play",
	"com.aurora.store":                     "Aurora Store",
	"com.google.android.packageinstaller":  "APK file",
	"com.huawei.appmarket":                 "Huawei AppGallery",
	"com.miui.packageinstaller":            "APK file",
	"com.samsung.android.packageinstaller": "APK file",
	"com.sec.android.app.samsungapps":      "Samsung Galaxy Store",
	"com.xiaomi.market":                    "Xiaomi GetApps",
	"com.xiaomi.mipicks":                   "Xiaomi GetApps",
	"org.fdroid.fdroid":                    "F-Droid",
}

// InstallerInWords adds to an installer of record what people call it, where that
// is known: "Google Play (com.android.vending)". Whoever installs an app may name
// another installer.
func InstallerInWords(id string) string {
	if name, ok := installers[id]; ok {
		return name + " (" + id + ")"
	}
	return id
}
