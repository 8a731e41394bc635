package judge

import (
	"slices"

	"github.com/chatvet/chatvet/signatures"
)

// Steps are what to do, in order, where a family does not say it better. The
// catalogues hold a text for each (UX.md section 2.3).
const (
	StepUpdateApp          signatures.MessageID = "step.update-app"
	StepCheckLinkedDevices signatures.MessageID = "step.check-linked-devices"
	StepGetOfficialApp     signatures.MessageID = "step.get-official-app"
	StepSaveChats          signatures.MessageID = "step.save-chats"
	StepTwoStepPIN         signatures.MessageID = "step.two-step-pin"
	StepDeleteChangedCopy  signatures.MessageID = "step.delete-changed-copy"
	StepTellContacts       signatures.MessageID = "step.tell-contacts"
	StepStopPrivateTalks   signatures.MessageID = "step.stop-private-talks"
	StepRemoveIfSafe       signatures.MessageID = "step.remove-if-safe"
	StepThinkWhatYouSaid   signatures.MessageID = "step.think-what-you-said"
	StepChangePassword     signatures.MessageID = "step.change-reused-password"
	StepHelplineFirst      signatures.MessageID = "step.helpline-first"
	StepAskWhereFrom       signatures.MessageID = "step.ask-where-from"
	StepKeepFile           signatures.MessageID = "step.keep-file"
	StepCheckAgain         signatures.MessageID = "step.check-again"
	StepMoveToSupported    signatures.MessageID = "step.move-to-supported"
	StepShowSomeone        signatures.MessageID = "step.show-someone-you-trust"
	StepWhoChangedIt       signatures.MessageID = "step.who-changed-it"
	StepReinstallFromMaker signatures.MessageID = "step.reinstall-from-maker"
	StepReinstall          signatures.MessageID = "step.reinstall-from-distribution"
	StepCheckAddOns        signatures.MessageID = "step.check-add-ons"
)

// stepsFor are the steps for a verdict, and for a reason that needs others.
func stepsFor(v Verdict, reason string) []signatures.MessageID {
	switch reason {
	case ReasonDiffersFromPackage:
		return []signatures.MessageID{StepKeepFile, StepReinstall, StepCheckAgain, StepShowSomeone}
	case ReasonChangedBeside:
		return []signatures.MessageID{StepWhoChangedIt, StepKeepFile, StepReinstallFromMaker, StepShowSomeone}
	case ReasonArchiveDiffers:
		return []signatures.MessageID{StepStopPrivateTalks, StepWhoChangedIt, StepKeepFile, StepReinstallFromMaker, StepHelplineFirst}
	case ReasonMakerSignedEdition:
		return []signatures.MessageID{StepAskWhereFrom, StepStopPrivateTalks, StepMoveToSupported, StepShowSomeone}
	case ReasonLookAlike:
		return []signatures.MessageID{StepAskWhereFrom, StepGetOfficialApp, StepShowSomeone}
	case ReasonPlugInAdded:
		return []signatures.MessageID{StepAskWhereFrom, StepCheckAddOns, StepShowSomeone}
	case ReasonDistributionClaimed:
		return []signatures.MessageID{StepUpdateApp, StepCheckAgain, StepShowSomeone}
	}
	switch v {
	case Official:
		return []signatures.MessageID{StepUpdateApp, StepCheckLinkedDevices}
	case Unsupported:
		return []signatures.MessageID{StepSaveChats, StepMoveToSupported}
	case Independent:
		return []signatures.MessageID{StepAskWhereFrom, StepUpdateApp}
	case Regional:
		return []signatures.MessageID{StepStopPrivateTalks, StepRemoveIfSafe, StepThinkWhatYouSaid, StepTellContacts, StepChangePassword, StepHelplineFirst}
	case Unofficial:
		return []signatures.MessageID{StepSaveChats, StepGetOfficialApp, StepCheckLinkedDevices, StepTwoStepPIN, StepDeleteChangedCopy, StepTellContacts}
	case Mismatch:
		return []signatures.MessageID{StepStopPrivateTalks, StepAskWhereFrom, StepKeepFile, StepCheckAgain, StepHelplineFirst}
	case Harmful:
		return []signatures.MessageID{StepStopPrivateTalks, StepHelplineFirst, StepCheckLinkedDevices, StepTwoStepPIN, StepChangePassword, StepTellContacts}
	}
	return []signatures.MessageID{StepUpdateApp, StepCheckAgain, StepAskWhereFrom, StepShowSomeone}
}

// Steps lists every step that the judge may name on its own, by id.
func Steps() []signatures.MessageID {
	var all []signatures.MessageID
	for _, v := range seriousness {
		all = append(all, stepsFor(v, "")...)
	}
	for _, reason := range []string{ReasonDiffersFromPackage, ReasonChangedBeside, ReasonArchiveDiffers, ReasonMakerSignedEdition, ReasonLookAlike, ReasonDistributionClaimed, ReasonPlugInAdded} {
		all = append(all, stepsFor(Unverified, reason)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
