package platform

// OpenLive opens the running machine.
func OpenLive() (Root, error) { panic("not built yet") }

// OpenDisk opens a mounted or unpacked system below a folder. The OS is told
// from what is there. The error names the folder where it is none.
func OpenDisk(dir string) (Root, error) { panic("not built yet") }

// OpenPaths opens files and folders that a person named, which may lie
// anywhere. The error names the first that does not exist.
func OpenPaths(paths ...string) (Root, error) { panic("not built yet") }
