package mobile

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Count is the number of apps of each class.
type Count struct{ Goodware, Malware int }

// Timeline counts the apps of one part of a data set by month, as 2006-01.
// The key "" holds the apps whose time is not known.
type Timeline map[string]Count

// Add counts one app.
func (t Timeline) Add(month string, malware bool) {
	c := t[month]
	if malware {
		c.Malware++
	} else {
		c.Goodware++
	}
	t[month] = c
}

func (t Timeline) total() Count {
	var sum Count
	for _, c := range t {
		sum.Goodware += c.Goodware
		sum.Malware += c.Malware
	}
	return sum
}

func (t Timeline) months() []string {
	list := slices.Sorted(maps.Keys(t))
	return slices.DeleteFunc(list, func(month string) bool { return month == "" })
}

// Rule names what a data set must satisfy for its scores to mean something.
type Rule string

// The rules of TESSERACT (Pendlebury et al., USENIX Security 2019, section 4),
// what they presuppose, and the size that a small false positive rate needs.
const (
	TimeKnown       Rule = "time_known"
	TrainingFirst   Rule = "training_precedes_testing"
	BothClasses     Rule = "both_classes_in_each_window"
	RealisticRatio  Rule = "realistic_malware_ratio"
	EnoughNegatives Rule = "enough_negatives"
)

// The accepted share of malware among the tested apps, around the 10 % that
// TESSERACT estimates, and the fewest negatives at which a false positive rate
// of 0.1 % allows one false alarm.
const (
	MinMalwareRatio = 0.05
	MaxMalwareRatio = 0.20
	MinNegatives    = 1000
)

// Violation is a rule that a data set breaks.
type Violation struct {
	Rule    Rule   `json:"rule"`
	Message string `json:"message"`
	// Warning marks a rule that limits what a score says without making it wrong.
	Warning bool `json:"warning"`
}

// CheckTESSERACT returns the rules that a split into training and test apps
// breaks, in a fixed order; none means that all hold. Rules about time are
// reported as TimeKnown alone where no app has a time.
func CheckTESSERACT(train, test Timeline) []Violation {
	var found []Violation
	fail := func(rule Rule, warning bool, format string, args ...any) {
		found = append(found, Violation{rule, fmt.Sprintf(format, args...), warning})
	}
	early, late := train.months(), test.months()
	unknown := train[""].Goodware + train[""].Malware + test[""].Goodware + test[""].Malware
	if unknown > 0 {
		fail(TimeKnown, false, "%d apps have no time; for them neither the order of training and testing nor the windows can be checked", unknown)
	}
	if len(early) > 0 && len(late) > 0 && early[len(early)-1] >= late[0] {
		fail(TrainingFirst, false, "training runs to %s and testing starts in %s", early[len(early)-1], late[0])
	}
	if poor := oneClass(train, test); len(poor) > 0 {
		fail(BothClasses, false, "goodware or malware is missing in %s", strings.Join(poor, ", "))
	}
	total := test.total()
	if all := total.Goodware + total.Malware; all == 0 {
		fail(RealisticRatio, false, "there are no apps to test")
	} else if ratio := float64(total.Malware) / float64(all); ratio < MinMalwareRatio || ratio > MaxMalwareRatio {
		fail(RealisticRatio, false, "%.1f %% of the tested apps are positive; a realistic share is %.0f to %.0f %%",
			100*ratio, 100*MinMalwareRatio, 100*MaxMalwareRatio)
	}
	if total.Goodware < MinNegatives {
		fail(EnoughNegatives, true, "%d negatives cannot resolve a false positive rate of 0.1 %%; at least %d are needed",
			total.Goodware, MinNegatives)
	}
	return found
}

// oneClass names the windows in which one class is missing.
func oneClass(parts ...Timeline) []string {
	var poor []string
	for i, part := range parts {
		for _, month := range part.months() {
			if c := part[month]; c.Goodware == 0 || c.Malware == 0 {
				poor = append(poor, []string{"training ", "testing "}[i]+month)
			}
		}
	}
	return poor
}
