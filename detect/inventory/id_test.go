package inventory

import "testing"

func TestSetIDIgnoresPathsAndOrder(t *testing.T) {
	a := Build{Format: "pe", Path: "home/a/Skype.exe", Files: []File{{Path: "a", SHA256: "11"}, {Path: "b", SHA256: "22"}}}
	b := Build{Format: "pe", Path: "home/b/Skype.exe", Files: []File{{Path: "c", SHA256: "22"}, {Path: "d", SHA256: "11"}}}
	a.SetID()
	b.SetID()
	if a.ID != b.ID {
		t.Errorf("the same files in other places: %s and %s", a.ID, b.ID)
	}
	if len(a.ID) != 18 || a.ID[:2] != "b-" {
		t.Errorf("id %q, want b- and 16 hex digits", a.ID)
	}
}

func TestSetIDTellsBuildsApart(t *testing.T) {
	builds := []Build{
		{},
		{Format: "pe"},
		{Product: "pe"},
		{Version: "pe"},
		{Product: "ab"},
		{Product: "a", Version: "b"},
		{Arch: "x64"},
		{Origin: Origin{Channel: "dpkg"}},
		{Files: []File{{SHA256: "11"}}},
		{Files: []File{{MD5: "11"}}},
		{Files: []File{{Size: 11}}},
		{Files: []File{{Size: 11, State: "unreadable"}}},
		{Files: []File{{SHA256: "11"}, {SHA256: "11"}}},
	}
	seen := map[string]int{}
	for i := range builds {
		builds[i].SetID()
		if j, ok := seen[builds[i].ID]; ok {
			t.Errorf("builds %d and %d have the same id", i, j)
		}
		seen[builds[i].ID] = i
	}
}
