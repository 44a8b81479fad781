package web

import (
	"bytes"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// ClientIP returns the address of who makes the request: that of the connection,
// or what a trusted proxy says of it.
func ClientIP(c *fiber.Ctx) string {
	if ip, ok := c.Locals(keyClient).(string); ok {
		return ip
	}
	return c.Context().RemoteIP().String()
}

// clientOf walks X-Forwarded-For from its end, where the closest proxy writes, and
// stops at the first address that is no trusted proxy: what stands before that
// anyone can have written.
func clientOf(remote net.IP, forwarded string, trusted []netip.Prefix) string {
	client := remote.String()
	if !within(client, trusted) {
		return client
	}
	hops := strings.Split(forwarded, ",")
	for _, hop := range slices.Backward(hops) {
		addr, err := netip.ParseAddr(withoutPort(strings.TrimSpace(hop)))
		if err != nil {
			return client
		}
		client = addr.Unmap().WithZone("").String()
		if !within(client, trusted) {
			return client
		}
	}
	return client
}

// forwardedFor joins the header's lines, as if they were one.
func forwardedFor(c *fiber.Ctx) string {
	return string(bytes.Join(c.Request().Header.PeekAll(fiber.HeaderXForwardedFor), []byte(",")))
}

// withoutPort accepts the forms that some proxies write: 192.0.2.1:4711 and [2001:db8::1]:4711.
func withoutPort(hop string) string {
	if at, err := netip.ParseAddrPort(hop); err == nil {
		return at.Addr().String()
	}
	return strings.Trim(hop, "[]")
}

func within(ip string, ranges []netip.Prefix) bool {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(ranges, func(p netip.Prefix) bool { return p.Contains(addr.Unmap()) })
}

// forwardingHeaders are what proxies add to a request; none means that nobody has
// passed it on, as far as one can tell.
func forwardingHeaders() []string {
	return []string{
		fiber.HeaderXForwardedFor, fiber.HeaderForwarded, "X-Real-Ip", fiber.HeaderXForwardedHost, fiber.HeaderXForwardedProto, fiber.HeaderVia,
	}
}

// fromThisMachine reports a request of a program on this machine. A proxy on it
// connects from here as well: it is told by its headers, or by the name that
// people know the platform under.
func fromThisMachine(c *fiber.Ctx) bool {
	if !c.Context().RemoteIP().IsLoopback() {
		return false
	}
	passedOn := slices.ContainsFunc(forwardingHeaders(), func(name string) bool { return len(c.Request().Header.Peek(name)) > 0 })
	return !passedOn && loopbackName(string(c.Request().Host()))
}

func loopbackName(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && addr.IsLoopback()
}
