package inspect

import "github.com/chatvet/chatvet/detect/inspect/apk"

// bundleConfig is the entry that an Android App Bundle has ("The Android App
// Bundle format", developer.android.com).
const bundleConfig = "BundleConfig.pb"

// zipFacts tells of an Android App Bundle that it holds no app that could be
// installed as it is: a store makes those of it, under another key.
func zipFacts(v *visit, f *file) {
	if p, err := apk.Read(f.r, f.size); err == nil && p.Has(bundleConfig) {
		v.gap(f.name, whatInstalls, gapNotOpened, "an Android App Bundle: a store makes and signs the apps that are installed")
	}
}
