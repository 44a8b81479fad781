package sandboxes

import (
	"strconv"
	"time"
)

// The labels on every container and volume of ours.
const (
	LabelInstance = "incubator.instance"
	LabelNode     = "incubator.node"
	LabelSandbox  = "incubator.sandbox"
	LabelTeam     = "incubator.team"
	LabelPurpose  = "incubator.purpose"
	LabelExpiry   = "incubator.expires" // seconds since 1970
)

// The purposes that only volumes have.
const (
	purposeInit = "init"
	purposeData = "data"
)

// name is what an object of ours is called on the engine.
func (m *Manager) name(id string) string { return "incubator-" + m.opts.Instance[:8] + "-" + id }

// labels of an object. A pool sandbox has no team: it is labelled before it is
// known whose run it will be; its row tells.
func (m *Manager) labels(id, team, purpose string, expires time.Time) map[string]string {
	labels := m.ours()
	labels[LabelSandbox], labels[LabelTeam], labels[LabelPurpose] = id, team, purpose
	labels[LabelExpiry] = strconv.FormatInt(expires.Unix(), 10)
	return labels
}

// ours selects the objects that this process alone looks after.
func (m *Manager) ours() map[string]string {
	return map[string]string{LabelInstance: m.opts.Instance, LabelNode: m.opts.Node}
}
