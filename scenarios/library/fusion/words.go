package fusion

// Every name is invented; domains end in .example and addresses come from
// ranges that are never routed (RFC 2606, RFC 2544, RFC 5737).

type place struct{ name, town, region string }

var places = []place{
	{"Nordhafen", "Nordhafen", "north"}, {"Altenbruck", "Altenbruck", "south"}, {"Valmont", "Valmont-sur-Orle", "west"},
	{"Kestrel Bay", "Kestrel Bay", "coast"}, {"Lindvik", "Lindvik", "north"}, {"Oosterveen", "Oosterveen", "west"},
	{"Brightmoor", "Brightmoor", "coast"}, {"Steinach", "Steinach", "south"}, {"Clairval", "Clairval", "west"},
	{"Havnestad", "Havnestad", "north"}, {"Rosenau", "Rosenau", "south"}, {"Ashcombe", "Ashcombe", "coast"},
	{"Montferrat", "Montferrat", "west"}, {"Dunmere", "Dunmere", "coast"}, {"Eichtal", "Eichtal", "south"},
	{"Sandvika", "Sandvika", "north"}, {"Waterlinde", "Waterlinde", "west"}, {"Granfield", "Granfield", "coast"},
}

// sector has its name in the languages of the partners and the words that its
// organisations have in their names.
type sector struct {
	name, german, french string
	nouns                []string
}

var sectors = []sector{
	{"energy", "Energie", "énergie", []string{"Energie", "Power", "Netz", "Grid"}},
	{"healthcare", "Gesundheit", "santé", []string{"Klinikum", "Hospital", "Medical", "Care"}},
	{"transport", "Verkehr", "transport", []string{"Logistik", "Rail", "Port", "Transport"}},
	{"finance", "Finanzen", "finance", []string{"Bank", "Sparkasse", "Credit", "Insurance"}},
	{"government", "Verwaltung", "administration", []string{"Council", "Rathaus", "Prefecture", "Agency"}},
	{"defence", "Verteidigung", "défense", []string{"Aerospace", "Optics", "Marine", "Systems"}},
	{"telecommunications", "Telekommunikation", "télécommunications", []string{"Telekom", "Networks", "Mobile", "Fibre"}},
	{"education", "Bildung", "enseignement", []string{"University", "Institut", "College", "Academy"}},
}

var (
	actorHeads   = []string{"Amber", "Silent", "Iron", "Velvet", "Hollow", "Cobalt", "Winter", "Paper", "Crimson", "Gilded", "Static", "Broken"}
	actorTails   = []string{"Heron", "Lynx", "Anvil", "Orchid", "Marlin", "Beacon", "Jackal", "Lantern", "Viper", "Walrus", "Thistle", "Comet"}
	malwareHeads = []string{"Rust", "Night", "Glass", "Pebble", "Moss", "Quick", "Smoke", "Copper", "Ink", "Drift", "Cinder", "Flint"}
	malwareTails = []string{"Loader", "Door", "Locker", "Tap", "Crawler", "Needle", "Worm", "Shell", "Grab", "Pipe"}
	givenNames   = []string{"Anna", "Bruno", "Clara", "David", "Elena", "Felix", "Greta", "Hugo", "Ines", "Jonas", "Karin", "Louis", "Marta", "Nils", "Odile", "Paul"}
	surnames     = []string{"Adler", "Bernard", "Carlsen", "Dubois", "Ekman", "Fischer", "Garnier", "Hansen", "Jansen", "Keller", "Lambert", "Moreau", "Nyberg", "Petit", "Roth", "Sander", "Turner", "Visser", "Weber", "Young"}
	streets      = []string{"Street", "Road", "Quay", "Avenue", "Lane", "Square"}
	infraHeads   = []string{"cdn", "update", "mail", "login", "sync", "static", "portal", "img", "api", "secure", "files", "meet"}
	infraTails   = []string{"check", "service", "cache", "gateway", "cloud", "backup", "account", "verify", "relay", "share"}
)

// kind is what happened, in the three languages of the partners.
type kind struct {
	name, english, german, french string
	techniques                    []string
}

var kinds = []kind{
	{"phishing", "Credential phishing", "Phishing von Zugangsdaten", "Hameçonnage d'identifiants", []string{"T1566.002", "T1598.003", "T1078"}},
	{"ransomware", "Ransomware encryption", "Verschlüsselung durch Ransomware", "Chiffrement par rançongiciel", []string{"T1486", "T1490", "T1059.001"}},
	{"intrusion", "Network intrusion", "Einbruch in das Netzwerk", "Intrusion dans le réseau", []string{"T1190", "T1505.003", "T1021.001"}},
	{"data_theft", "Data exfiltration", "Datenabfluss", "Exfiltration de données", []string{"T1041", "T1567.002", "T1560.001"}},
	{"beaconing", "Command and control traffic", "Verkehr zu einem Steuerserver", "Trafic de commande et contrôle", []string{"T1071.001", "T1573", "T1105"}},
}
