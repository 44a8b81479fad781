package files

// TempFile lets tests put a failing disk under the store.
type TempFile = tempFile

// WrapTemp wraps each temporary file that Put creates from now on.
func (s *Store) WrapTemp(wrap func(TempFile) TempFile) {
	s.createTemp = func(dir string) (tempFile, error) {
		f, err := newTemp(dir)
		if err != nil {
			return nil, err
		}
		return wrap(f), nil
	}
}
