-- The plot of a board reads the newest changes of a view, and a board that is
-- worked out anew for one team removes that team's.
CREATE INDEX standing_changes_by_time ON standing_changes (phase_id, view, at, submission_id);
CREATE INDEX standing_changes_by_team ON standing_changes (phase_id, team_id);
