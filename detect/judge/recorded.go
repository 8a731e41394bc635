package judge

import "github.com/chatvet/chatvet/signatures"

// ReasonOnlyRecorded is told of an app of a phone of which there is a record and no
// program: a backup and most acquisitions hold none. What a record says of signers
// and stores cannot be checked.
const ReasonOnlyRecorded = "only-recorded"

// onlyRecorded is true where no file of an app was there to be looked at. Of an app
// whose files could not be read, the inventory still names them.
func (u *unit) onlyRecorded() bool {
	b := u.build()
	return (b.Format == signatures.APK || b.Format == signatures.IPA) && len(b.Files) == 0 && len(b.Signatures) == 0
}
