package sandboxes_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/sandboxes"
	"incubator/sandboxes/imagearchive"
	"incubator/sandboxes/sandboxtest"
	"incubator/sandboxes/wire"
)

// TestAbuse runs one deed after the other in real containers. Each has one
// expected cause, and a fact that the detail or the log must state.
func TestAbuse(t *testing.T) {
	m := newManager(t)
	image := sandboxtest.HostileImage(t)
	small := func(s *sandboxes.RunSpec) {
		s.Limits.OutputBytes, s.Limits.ScratchBytes, s.Limits.OutputFiles = 4<<20, 4<<20, 100
	}
	short := func(s *sandboxes.RunSpec) { s.Limits.Time = 1500 * time.Millisecond }
	tests := []struct {
		deed   string
		change func(*sandboxes.RunSpec)
		cause  sandboxes.Cause
		says   string
	}{
		{"fail", nil, sandboxes.CauseNonzeroExit, "exit code 3"},
		{"forks", short, sandboxes.CauseTimeout, "longer than 1.5s"},
		{"memory", func(s *sandboxes.RunSpec) { s.Limits.MemoryBytes = 64 << 20 }, sandboxes.CauseOutOfMemory, "64 MiB"},
		{"scratch", small, sandboxes.CauseNonzeroExit, "/tmp was full"},
		{"shm", nil, sandboxes.CauseNonzeroExit, "full: write /dev/shm"},
		{"output", small, sandboxes.CauseOutputTooLarge, "4 MiB"},
		{"inodes", small, sandboxes.CauseOutputTooLarge, "100 files"},
		{"print", nil, sandboxes.CauseNone, "the log was cut off here"},
		{"forever", short, sandboxes.CauseTimeout, "longer than 1.5s"},
		{"stubborn", short, sandboxes.CauseTimeout, "ignoring"},
		{"daemon", nil, sandboxes.CauseNone, "left "},
		{"symlink", nil, sandboxes.CauseBadOutput, "link: it is a symbolic link"},
		{"fifo", nil, sandboxes.CauseBadOutput, "fifo: it is a named pipe"},
		{"device", nil, sandboxes.CauseBadOutput, "refused: make a device"},
		{"socket", nil, sandboxes.CauseBadOutput, "socket: it is a socket"},
		{"hardlink", nil, sandboxes.CauseBadOutput, "a: it is a hard link (2 names for one file)"},
		{"sparse", nil, sandboxes.CauseOutputTooLarge, "sparse: the files hold more than"},
		{"deep", nil, sandboxes.CauseBadOutput, "deeper than 16 levels"},
		{"names", nil, sandboxes.CauseBadOutput, "the name is not UTF-8"},
		{"trace", nil, sandboxes.CauseNone, "refused: trace process 1"},
		{"network", nil, sandboxes.CauseNone, "refused: resolve a name"},
		{"readonly", nil, sandboxes.CauseNone, "refused: run from /tmp"},
		{"killall", nil, sandboxes.CauseNone, ""},
		{"forge", nil, sandboxes.CauseNonzeroExit, "exit code 9"},
		{"hide", nil, sandboxes.CauseNone, ""},
	}
	for _, test := range tests {
		t.Run(test.deed, func(t *testing.T) {
			spec := hostile(image, test.deed)
			if test.change != nil {
				test.change(&spec)
			}
			begin := time.Now()
			o := do(t, m, spec)
			require.Equal(t, test.cause, o.Cause, "%s\n%s", o.Detail, o.log[:min(len(o.log), 2000)])
			require.Contains(t, o.Detail+"\n"+o.log, test.says)
			require.NotContains(t, o.log, "BREACH")
			require.LessOrEqual(t, len(o.log), 256<<10+100)
			require.Less(t, time.Since(begin), 15*time.Second)
			t.Log(time.Since(begin).Round(time.Millisecond), o.Detail, o.Usage)
			switch test.deed {
			case "print":
				require.True(t, o.LogTruncated)
			case "killall":
				require.Equal(t, map[string]string{"alive": "yes"}, o.files)
			case "hide":
				require.Equal(t, map[string]string{"dir/file": "found"}, o.files)
			}
			if o.Cause != sandboxes.CauseNone {
				require.Nil(t, o.files, "a failed run gives no output")
			}
		})
	}
}

// TestImageVolumes has an image that declares volumes, one where the profile has
// a folder of its own. Either would be writable without bounds.
func TestImageVolumes(t *testing.T) {
	m := newManager(t)
	image := sandboxtest.Image(t, map[string][]byte{"hostile": sandboxtest.Program(t, sandboxtest.HostilePackage)},
		`VOLUME ["/data", "/tmp", "/app/output"]`)
	spec := hostile(image, "volumes")
	spec.Limits.ScratchBytes = 4 << 20
	o := do(t, m, spec)
	require.Equal(t, sandboxes.CauseNone, o.Cause, o.Detail)
	require.Contains(t, o.log, "/data holds 16 MiB\n/tmp holds 4 MiB\n")
}

// TestProfile looks at the sandbox from inside.
func TestProfile(t *testing.T) {
	m := newManager(t)
	spec := hostile(sandboxtest.HostileImage(t), "env")
	spec.Env = map[string]string{"MODEL": "small", "TZ": "Europe/Paris"}
	o := do(t, m, spec)
	require.Equal(t, sandboxes.CauseNone, o.Cause, o.Detail)
	lines := strings.Split(strings.TrimSpace(o.log), "\n")
	for _, want := range []string{
		"LANG=C.UTF-8", "PYTHONHASHSEED=0", "OMP_NUM_THREADS=1", "MODEL=small", "TZ=Europe/Paris", "HOME=/tmp",
	} {
		require.Contains(t, lines, want)
	}
	require.NotContains(t, o.log, "INCUBATOR_")
	require.Contains(t, o.log, "dir /tmp uid 65534 gid 65534")
	require.Contains(t, lines, "fd 0 /dev/null")
	for _, line := range lines {
		if strings.HasPrefix(line, "fd ") {
			require.NotRegexp(t, `^fd [3-9]\d* .*(pipe|socket|/proc/1)`, line, "a descriptor was inherited")
		}
	}
}

// TestKernelLimits reads from inside what the kernel enforces.
func TestKernelLimits(t *testing.T) {
	m := newManager(t)
	o := do(t, m, hostile(sandboxtest.HostileImage(t), "status"))
	require.Equal(t, sandboxes.CauseNone, o.Cause, o.Detail)
	for _, want := range []string{
		`CapEff:\s+0000000000000000\n`, `CapBnd:\s+0000000000000000\n`, `CapPrm:\s+0000000000000000\n`,
		`NoNewPrivs:\s+1\n`, `Seccomp:\s+2\n`, `Uid:\s+65534\s+65534`, `Groups:\s*(65534)?\s*\n`,
		`Max open files\s+1024\s+1024`, `Max core file size\s+0\s+0`,
		` / / ro,`, ` /tmp rw,nosuid,nodev,noexec`, ` /app/output rw,nosuid,nodev,noexec`, ` /.incubator ro,`,
		`size=\d+k,nr_inodes=\d+,`, `\nsandbox\n`,
	} {
		require.Regexp(t, want, o.log)
	}
	require.NotContains(t, o.log, "docker.sock")
}

// TestIdle has a sandbox that gets no job end by itself, with nobody's help.
func TestIdle(t *testing.T) {
	engine := sandboxtest.Docker(t)
	program, err := sandboxtest.Init(t)("")
	require.NoError(t, err)
	image := sandboxtest.Image(t, map[string][]byte{"init": program})
	id, err := engine.Create(t.Context(), sandboxes.ContainerSpec{
		Name: "incubator-test-" + uuid.NewString(), Image: image, Entrypoint: []string{"/init"},
		Env: []string{wire.IdleEnv + "=1"}, CPUs: 1, MemoryBytes: 64 << 20, PIDs: 64,
	})
	require.NoError(t, err)
	defer func() { require.NoError(t, engine.Remove(t.Context(), id)) }()
	conn, err := engine.Start(t.Context(), id)
	require.NoError(t, err)
	defer conn.Close()
	code, err := engine.Wait(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, wire.ExitIdle, code)
}

// TestImageSubmission loads an image as the engine itself saved it, and runs its
// own command.
func TestImageSubmission(t *testing.T) {
	m, api := newManager(t), sandboxtest.API(t)
	image := sandboxtest.Image(t, map[string][]byte{"hostile": sandboxtest.Program(t, sandboxtest.HostilePackage)},
		`ENTRYPOINT ["/hostile"]`, `CMD ["env"]`, `ENV MODEL=large GODEBUG=inittrace=1`, `WORKDIR /tmp`, `USER root`)
	saved, err := api.ImageSave(t.Context(), []string{image})
	require.NoError(t, err)
	defer saved.Close()
	info, err := m.LoadImage(t.Context(), saved, imagearchive.Caps{})
	require.NoError(t, err)
	require.Equal(t, image, info.ID)
	spec := hostile(info.ID, "")
	spec.Command = nil
	o := do(t, m, spec)
	require.Equal(t, sandboxes.CauseNone, o.Cause, o.Detail)
	require.Contains(t, o.log, "MODEL=large\n")
	require.Contains(t, o.log, "dir /tmp uid 65534", "the image's user is not taken")
	require.NotContains(t, o.log, "init incubator", "the image does not tune process 1")

	_, err = m.LoadImage(t.Context(), strings.NewReader("no image"), imagearchive.Caps{})
	require.Equal(t, errs.Invalid, errs.CodeOf(err))
}

// TestCannotStart has commands that the image does not have.
func TestCannotStart(t *testing.T) {
	m := newManager(t)
	image := sandboxtest.HostileImage(t)
	for _, command := range []string{"/none", "none", "/proc", "/app/output"} {
		spec := hostile(image, "")
		spec.Command = []string{command}
		o := do(t, m, spec)
		require.Equal(t, sandboxes.CauseImage, o.Cause)
		require.Contains(t, o.Detail, "cannot start "+command)
	}
}
