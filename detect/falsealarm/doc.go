// Package falsealarm holds no code, only the gate that scans genuine software
// and fails when any of it gets a warning. docs/false-alarms.md says of what the
// corpus is made and what the last run counted; .ci/corpus fetches the part of
// it that is not on a machine anyway.
package falsealarm
