package mobile

import "strings"

// trait is a capability with the chance that an app has it, at the first and
// at the last month; in between the chance moves in a straight line.
type trait struct {
	capability  int
	first, last float64
}

// profile describes a category of goodware, an SDK or a family of malware.
type profile struct {
	name   string
	weight [2]float64 // share among its kind in the first and last active month
	active [2]int     // months, both included
	size   int        // kilobytes that it adds
	traits []trait
}

// parse reads traits such as "sms_read .8>.2 boot .6": a chance, or two with
// the drift between them. An unknown name becomes -1, which a test refuses.
func parse(spec string) []trait {
	fields := strings.Fields(spec)
	traits := make([]trait, 0, len(fields)/2)
	for i := 0; i+1 < len(fields); i += 2 {
		first, last, drifts := strings.Cut(fields[i+1], ">")
		if !drifts {
			last = first
		}
		which, known := capabilityIndex[fields[i]]
		if !known {
			which = -1
		}
		traits = append(traits, trait{which, chance(first), chance(last)})
	}
	return traits
}

// categories of goodware. The last ones look alarming by design: they are the
// false alarms of a detector that only counts dangerous permissions.
var categories = []profile{
	category("game", 22, 60_000, "network .8 ads .85 billing .6 native .7 notify .2>.7 push .5 storage .4>.1 reflection .4 share .3 boot .05"),
	category("shopping", 10, 28_000, "network 1 webview .8 camera .4 location .5 push .9 notify .3>.8 accounts .2>.05 biometric .3>.5 share .6 database .6"),
	category("news", 9, 15_000, "network 1 webview .9 ads .8 push .8 notify .4>.8 share .7 database .6 alarm .3 boot .2"),
	category("fitness", 7, 24_000, "network .9 location .9 bluetooth .7 foreground .8 boot .4 wake .6 notify .3>.8 database .8 alarm .5"),
	category("photo", 8, 32_000, "camera .9 storage .8>.2 media .3>.9 share .8 native .6 ads .6 billing .4 audio .3"),
	category("tools", 12, 8_000, "network .6 storage .5>.3 ads .7 boot .3 package_list .3 usage_stats .1 overlay .15 shell .1 clipboard .15"),
	category("education", 7, 26_000, "network .8 webview .7 audio .3 storage .4>.1 notify .2>.6 database .7 billing .3"),
	category("messaging", 6, 40_000, "network 1 contacts .95 camera .8 audio .9 push .95 notify .5>.95 phone_state .5>.3 sms_read .35>.2 accounts .4>.2 boot .6 foreground .7 call_log .15 crypto .8 database .9 socket .6 share .7"),
	category("banking", 6, 45_000, "network 1 camera .7 biometric .7>.95 crypto .95 push .9 sms_read .25>.08 contacts .25 location .5 phone_state .5>.2 package_list .3>.5 native .6 reflection .5 nfc .2>.5 call_phone .3 overlay .05"),
	category("sms_client", 2, 12_000, "sms_read 1 sms_send 1 contacts .95 notify .6>.9 phone_state .6 boot .5 database .8 ads .3 call_phone .5 alarm .5"),
	category("launcher", 3, 14_000, "package_list .95 overlay .5 notification_listener .5 accessibility .35 usage_stats .4 boot .5 device_admin .3 hide_icon .5 contacts .4 storage .4"),
	category("parental", 1.5, 22_000, "accessibility .8 device_admin .7 usage_stats .9 location .9 overlay .7 boot .95 package_list .9 call_log .3>.15 sms_read .3>.1 foreground .9 wake .8 notification_listener .3 network 1 hide_icon .3"),
	category("antivirus", 2, 20_000, "package_list 1 storage .8 overlay .6 boot .9 foreground .9 accessibility .3 usage_stats .6 network 1 notification_listener .4 shell .2 vpn .3 dynamic_code .3 phone_state .5 sms_read .2>.05"),
	category("vpn", 2.5, 18_000, "vpn 1 network 1 socket .8 foreground .9 boot .5 crypto .8 native .7 ads .5 package_list .3"),
	category("store", 1, 16_000, "install .95 package_list .95 network 1 storage .8 notify .6 ads .5 boot .5 foreground .6 push .7 wake .5 dynamic_code .3"),
	category("remote_support", 1, 24_000, "screen_capture .95 accessibility .8 overlay .6 audio .4 socket .9 foreground .95 network 1 storage .5 clipboard .6 boot .3 native .7 wake .8"),
}

// category is a profile that every month has in the same share.
func category(name string, weight float64, size int, spec string) profile {
	return profile{name, [2]float64{weight, weight}, [2]int{1, months}, size, parse("base 1 " + spec)}
}

// sdks are libraries that goodware and repackaged malware carry alike; some of
// them behave in ways that a detector must learn to ignore.
var sdks = []profile{
	{"ad_network_a", [2]float64{5, 3}, [2]int{1, months}, 900, parse("ads 1 network 1 webview .8 location .3>.1 phone_state .3>.05")},
	{"ad_network_b", [2]float64{3, 4}, [2]int{1, months}, 1200, parse("ads 1 webview 1 reflection .7 dynamic_code .4>.15 package_list .2>.1")},
	{"ad_network_c", [2]float64{2, 1}, [2]int{1, months}, 700, parse("ads 1 phone_state .5>.1 dynamic_code .5 install .15>.05 shell .1 overlay .1")},
	{"analytics_a", [2]float64{6, 6}, [2]int{1, months}, 400, parse("network 1 crypto .5 phone_state .2>.05 wake .5")},
	{"analytics_b", [2]float64{2, 3}, [2]int{1, months}, 500, parse("network 1 reflection .6 crypto .8 clipboard .2>.05 location .2")},
	{"push_a", [2]float64{5, 6}, [2]int{1, months}, 300, parse("push 1 notify .5>.9 boot .2 wake .6")},
	{"push_b", [2]float64{2, 1}, [2]int{1, months}, 600, parse("push 1 boot .7 foreground .5 phone_state .4>.1 socket .4 package_list .2")},
	{"crash_reports", [2]float64{5, 5}, [2]int{1, months}, 200, parse("network 1 reflection .3 native .3 shell .08")},
	{"anti_fraud", [2]float64{1, 3}, [2]int{4, months}, 1500, parse("package_list .5 phone_state .4>.2 reflection .9 native .9 crypto .9 shell .4 accessibility .02 location .3")},
	{"hot_update", [2]float64{1, 2}, [2]int{1, months}, 800, parse("dynamic_code .95 reflection .9 crypto .6 native .5")},
	{"maps", [2]float64{3, 3}, [2]int{1, months}, 2500, parse("location .9 network 1 native .4")},
}

// families of malware. Four of them appear only after the training months.
var families = []profile{
	{"adware_hidden", [2]float64{14, 6}, [2]int{1, months}, 900, parse("ads .9 webview .9 hide_icon .85>.6 boot .8 overlay .55>.25 wake .5 alarm .5 phone_state .6>.2 dynamic_code .4>.7 reflection .6>.8 crypto .5")},
	{"adware_click", [2]float64{5, 9}, [2]int{4, months}, 1100, parse("webview 1 ads .5 boot .6 foreground .5 reflection .7 crypto .6 accessibility .1>.4 hide_icon .4 phone_state .4>.1 push .5")},
	{"banker_overlay", [2]float64{12, 10}, [2]int{1, months}, 2400, parse("overlay .9>.35 accessibility .4>.95 sms_read .9>.5 package_list .9 boot .9 device_admin .6>.2 phone_state .8>.4 webview .8 crypto .7 foreground .5>.8 hide_icon .8 contacts .4 screen_capture .02>.4 dynamic_code .3>.6 wake .5")},
	{"banker_sms", [2]float64{9, 3}, [2]int{1, 17}, 1600, parse("sms_read .95 sms_send .7 phone_state .9 boot .9 contacts .5 call_log .3 device_admin .5 hide_icon .7 socket .4 network 1 call_phone .3")},
	{"spy_stalker", [2]float64{8, 7}, [2]int{1, months}, 3000, parse("location .95 contacts .9>.6 sms_read .8>.3 call_log .8>.3 audio .8 camera .5 boot .95 hide_icon .8 foreground .6>.9 accessibility .3>.6 notification_listener .3>.8 wake .7 network 1 storage .7>.3 clipboard .3")},
	{"spy_audio", [2]float64{5, 3}, [2]int{1, 20}, 2000, parse("audio .95 storage .8>.4 contacts .6 phone_state .7 boot .8 socket .7 shell .5 dynamic_code .6 reflection .6 wake .6 location .6 camera .5")},
	{"sms_premium", [2]float64{11, 1}, [2]int{1, 15}, 500, parse("sms_send .95 sms_read .7 phone_state .95 boot .5 hide_icon .3 network .6 crypto .2")},
	{"toll_billing", [2]float64{3, 11}, [2]int{6, months}, 1300, parse("webview .95 notification_listener .5>.9 phone_state .8>.4 sms_read .5>.1 network 1 dynamic_code .6 reflection .7 crypto .7 native .5 wake .3")},
	{"dropper", [2]float64{11, 14}, [2]int{1, months}, 1500, parse("install .8>.5 dynamic_code .7>.9 reflection .7>.9 crypto .8 network 1 accessibility .05>.35 boot .4 package_list .5>.3 native .3>.7 storage .6>.2")},
	{"locker", [2]float64{5, 1}, [2]int{1, 13}, 700, parse("overlay .9 device_admin .9 boot .95 wake .6 foreground .5 phone_state .5 storage .7 crypto .7 hide_icon .5")},
	{"fake_av", [2]float64{4, 2}, [2]int{3, 18}, 1800, parse("package_list .8 overlay .6 ads .7 webview .7 boot .7 phone_state .6 billing .2 sms_send .2 shell .2")},
	{"miner", [2]float64{4, 4}, [2]int{2, 22}, 1700, parse("native .95 socket .9 foreground .7 wake .9 boot .7 crypto .8 hide_icon .3 shell .3 network 1")},
	{"remote_access", [2]float64{3, 12}, [2]int{13, months}, 2600, parse("screen_capture .95 accessibility .95 overlay .4 foreground .9 socket .8 native .5 crypto .7 package_list .5 hide_icon .6 boot .6 clipboard .6 dynamic_code .5 wake .6")},
	{"loan_spy", [2]float64{3, 9}, [2]int{14, months}, 2100, parse("contacts .95 call_log .6 sms_read .6 location .8 media .8 camera .7 accounts .6 package_list .8 phone_state .5 webview .9 network 1 push .7 crypto .5")},
	{"nfc_relay", [2]float64{2, 7}, [2]int{16, months}, 1400, parse("nfc .98 socket .9 foreground .7 network 1 webview .6 crypto .6 wake .7 boot .3 reflection .5 biometric .2")},
	{"proxy_bot", [2]float64{3, 8}, [2]int{17, months}, 1200, parse("socket .98 boot .8 foreground .7 network 1 native .6 wake .7 vpn .25 reflection .5 crypto .7 alarm .6 dynamic_code .3")},
}
