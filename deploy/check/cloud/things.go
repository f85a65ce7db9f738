package cloud

import (
	"cmp"
	"fmt"
	"strings"
)

// kinds are what a command makes, finds and deletes, by the words before its verb.
var kinds = map[string]string{
	"iam service-accounts": "account", "artifacts repositories": "repository", "artifacts docker images": "image",
	"iam workload-identity-pools": "pool", "logging metrics": "metric", "container clusters": "cluster",
	"pubsub topics": "topic", "pubsub subscriptions": "subscription", "eventarc triggers": "trigger",
	"monitoring policies": "policy", "monitoring channels": "channel",
}

// thingLocked makes, finds and deletes what has nothing but a name.
func (c *Cloud) thingLocked(p parsed) (string, error) {
	if p.name == "storage rm" {
		return "", c.removeObjectsLocked(p.arg(0))
	}
	i := strings.LastIndex(p.name, " ")
	kind, verb := kinds[p.name[:i]], p.name[i+1:]
	if kind == "" {
		return "value\n", nil
	}
	if verb == "list" && kind != "image" {
		return c.listLocked(kind), nil
	}
	if name := cmp.Or(p.flags["--policy-from-file"], p.flags["--display-name"]); name != "" && len(p.pos) == 0 {
		p.pos = []string{name}
	}
	for _, name := range p.pos {
		if kind == "account" && verb == "create" {
			name += "@" + c.Project + ".iam.gserviceaccount.com"
		}
		thing := kind + " " + name
		switch {
		case verb == "create" && c.things[thing]:
			return "", fmt.Errorf("ALREADY_EXISTS: %s", thing)
		case verb == "create":
			c.things[thing] = true
			if kind == "trigger" {
				c.things["subscription eventarc-"+name] = true
			}
		case verb == "list" && kind == "image":
			return c.imagesLocked(name), nil
		case !c.things[thing]:
			return "", fmt.Errorf("NOT_FOUND: %s", thing)
		case verb == "delete":
			delete(c.things, thing)
			delete(c.policies, thing)
			if kind == "trigger" {
				delete(c.things, "subscription eventarc-"+name)
				delete(c.policies, "subscription eventarc-"+name)
			}
		}
	}
	switch kind {
	case "trigger":
		return "eventarc-" + p.arg(0) + "\n", nil
	case "image":
		return p.arg(0) + "@sha256:" + strings.Repeat("0", 64) + "\n", nil
	}
	return "value\n", nil
}

// listLocked lists the names of what exists of a kind, one a line.
func (c *Cloud) listLocked(kind string) (out string) {
	for thing := range c.things {
		if name, ok := strings.CutPrefix(thing, kind+" "); ok {
			out += name + "\n"
		}
	}
	return out
}

// imagesLocked lists the images of a repository, one a line.
func (c *Cloud) imagesLocked(repository string) (out string) {
	for thing := range c.things {
		if strings.HasPrefix(thing, "image "+repository+"/") {
			out += strings.TrimPrefix(thing, "image ") + "\n"
		}
	}
	return out
}

// removeObjectsLocked deletes the objects that a pattern ending in ** matches.
func (c *Cloud) removeObjectsLocked(pattern string) error {
	found := false
	for thing := range c.things {
		if strings.HasPrefix(thing, "object "+strings.TrimSuffix(pattern, "**")) {
			delete(c.things, thing)
			found = true
		}
	}
	if !found {
		return fmt.Errorf("NOT_FOUND: the URL matched no objects: %s", pattern)
	}
	return nil
}
