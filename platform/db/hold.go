package db

// Hold keeps every process from opening the SQLite database at path until release
// is called, and fails with errs.Unavailable while one has it open. It leaves the
// lock file in place, like a process that ends.
func Hold(path string) (release func(), err error) {
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, err
	}
	return lock.release, nil
}
