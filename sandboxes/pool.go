package sandboxes

type pool struct{}

func newPool(m *Manager) *pool           { return &pool{} }
func (p *pool) take(key string) *sandbox { return nil }
func (p *pool) has(key string) bool      { return false }
