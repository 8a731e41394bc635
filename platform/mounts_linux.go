package platform

import (
	"fmt"
	"os"
)

func readMounts() (*mountTable, error) {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil, fmt.Errorf("reading which file systems are mounted: %w", err)
	}
	defer f.Close()
	all, err := parseMountInfo(f)
	if err != nil {
		return nil, fmt.Errorf("reading which file systems are mounted: %w", err)
	}
	return newMountTable(all), nil
}
