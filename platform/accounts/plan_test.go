package accounts_test

import (
	"testing"

	"incubator/platform/db/dbtest"
)

// What every request or page asks must not slow down with the number of users.
func TestHotQueriesUseIndexes(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		hash := make([]byte, 32)
		for query, arg := range map[string]any{
			`SELECT s.id FROM sessions s WHERE s.token_hash = $1`:                                                            hash,
			`SELECT t.id FROM api_tokens t WHERE t.token_hash = $1`:                                                          hash,
			`SELECT i.id FROM invitations i WHERE i.token_hash = $1`:                                                         hash,
			`SELECT u.id FROM users u WHERE u.email = $1`:                                                                    "a@b.c",
			`SELECT r.role FROM user_roles r WHERE r.user_id = $1`:                                                           "u",
			`SELECT t.id FROM team_members m JOIN teams t ON t.id = m.team_id WHERE m.user_id = $1`:                          "u",
			`SELECT u.id FROM team_members m JOIN users u ON u.id = m.user_id WHERE m.team_id = $1`:                          "t",
			`SELECT s.id FROM sessions s WHERE s.user_id = $1`:                                                               "u",
			`SELECT t.id FROM api_tokens t WHERE t.user_id = $1 ORDER BY t.id`:                                               "u",
			`SELECT COUNT(*) FROM user_roles r JOIN users u ON u.id = r.user_id WHERE r.role = $1 AND u.disabled_at IS NULL`: "administrator",
		} {
			dbtest.PlanUsesIndex(t, f.db, query, arg)
		}
	})
}
