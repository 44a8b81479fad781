package setup

import (
	"context"
	"errors"
	"time"

	"incubator/platform/errs"
)

// Setup finds, installs, starts and stops engines.
type Setup struct {
	// DataDir is the platform's own folder; an engine started by hand keeps
	// everything below DataDir/engine.
	DataDir string
	// Yes answers every question, as the variable CI=true does.
	Yes bool
	// Ask puts a yes-or-no question to a person; nil when nobody is there.
	Ask func(question string) (bool, error)
	// Say tells the person what is being done; nil for silence.
	Say func(line string)

	Machine Machine
	Runner  Runner
	// Probe asks an engine whether it answers.
	Probe func(context.Context, Endpoint) (Endpoint, error)
	// StartTimeout is how long a started engine may take until it answers, and
	// StopTimeout how long until it has ended.
	StartTimeout, StopTimeout time.Duration
}

// New returns a Setup for this machine.
func New(dataDir string) *Setup {
	return &Setup{
		DataDir: dataDir, Machine: Detect(), Runner: System{}, Probe: Probe,
		StartTimeout: time.Minute, StopTimeout: 45 * time.Second,
	}
}

// Find returns the engine at host or, with an empty host, the first that
// answers: at DOCKER_HOST if that is set, and nowhere else then; at the default
// socket; at a rootless or desktop engine's socket; at the socket of the engine
// that Ensure started by hand. The error is unavailable and wraps NoEngineError.
func (s *Setup) Find(ctx context.Context, host string) (Endpoint, error) {
	var failed NoEngineError
	for _, candidate := range s.candidates(host) {
		found, err := s.Probe(ctx, candidate)
		if err == nil {
			return found, nil
		}
		failed.Tried = append(failed.Tried, Attempt{Host: candidate.Host, Err: err})
	}
	return Endpoint{}, s.explain(host, &failed)
}

func (s *Setup) candidates(host string) []Endpoint {
	if host != "" {
		return []Endpoint{{Host: host}}
	}
	if fromEnv := s.Machine.Getenv("DOCKER_HOST"); fromEnv != "" {
		return []Endpoint{{Host: fromEnv, Environment: true}}
	}
	var all []Endpoint
	for _, path := range s.Machine.sockets() {
		all = append(all, Endpoint{Host: "unix://" + path})
	}
	return append(all, Endpoint{Host: s.byHand().host()})
}

// explain turns a failed search into what the person can do.
func (s *Setup) explain(host string, failed *NoEngineError) error {
	switch {
	case host != "":
		return errs.Wrap(failed, errs.Unavailable, "No Docker Engine answers at %s. Start it, or correct the address", host)
	case s.Machine.Getenv("DOCKER_HOST") != "":
		return errs.Wrap(failed, errs.Unavailable, "DOCKER_HOST is set to %s, where no Docker Engine answers. Start that engine, or unset DOCKER_HOST",
			s.Machine.Getenv("DOCKER_HOST"))
	case failed.denied() != "" && s.Machine.OS == "linux":
		return errs.Wrap(failed, errs.Unavailable, "A Docker Engine runs at %s, but user %s may not use it. "+
			"Run: sudo usermod -aG docker %s, sign out and in again, and run this command again", failed.denied(), s.Machine.User, s.Machine.User)
	}
	return errs.Wrap(failed, errs.Unavailable, "No Docker Engine answers. %s", s.Machine.remedy())
}

// Ensure returns the engine that Find finds. If there is none, it installs the
// distribution's engine on Debian and Ubuntu and starts it. Nothing is
// installed or started when the address was given, when an engine runs that
// this user may not use, or when the person says no: then the error says what
// to do.
func (s *Setup) Ensure(ctx context.Context, host string) (Endpoint, error) {
	found, err := s.Find(ctx, host)
	if err == nil {
		return found, nil
	}
	var none *NoEngineError
	given := host != "" || s.Machine.Getenv("DOCKER_HOST") != ""
	if given || !errors.As(err, &none) || none.denied() != "" || !s.canInstall() {
		return Endpoint{}, err
	}
	byHand := !s.Machine.Systemd
	if byHand && s.Machine.OtherEngine() {
		return Endpoint{}, errBeside
	}
	if err := s.Install(ctx); err != nil {
		return Endpoint{}, err
	}
	if byHand && s.Machine.OtherEngine() {
		// Without systemd the package's own script may have started it.
		return s.await(ctx, defaultHost, s.admitOnce(ctx, defaultHost))
	}
	return s.Start(ctx)
}

func (s *Setup) say(line string) {
	if s.Say != nil {
		s.Say(line)
	}
}
