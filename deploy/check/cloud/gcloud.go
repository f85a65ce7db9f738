package cloud

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Call is one command of gcloud's.
type Call struct {
	Principal string
	Args      []string
	Stdin     []byte
	Folder    string // the current folder
}

// parsed is a command and its arguments by kind.
type parsed struct {
	Call
	name  string            // in the table
	pos   []string          // arguments that are not flags
	flags map[string]string // the value of a flag, "true" without one
}

func parse(call Call) parsed {
	name, rest := words(call.Args)
	p := parsed{Call: call, name: name, flags: map[string]string{}}
	for _, arg := range rest {
		if flag, value, has := strings.Cut(arg, "="); strings.HasPrefix(arg, "--") {
			if !has {
				value = "true"
			}
			p.flags[flag] = value
		} else {
			p.pos = append(p.pos, arg)
		}
	}
	return p
}

// arg returns an argument that is not a flag.
func (p parsed) arg(i int) string {
	if i < len(p.pos) {
		return p.pos[i]
	}
	return ""
}

// names are the resources that a command is about, by their kind.
func (p parsed) names() map[string]string {
	names := map[string]string{"service": p.arg(0), "account": p.arg(0), "repository": p.arg(0)}
	image := p.flags["--image"]
	if strings.HasPrefix(p.name, "artifacts docker") || p.name == "docker push" {
		image = p.arg(0)
	}
	if image != "" {
		names["repository"] = repositoryOf(image)
	}
	for flag, value := range p.flags {
		if strings.HasSuffix(flag, "service-account") {
			names[flag] = value
		}
	}
	return names
}

// repositoryOf returns the name of an image's repository, which is the third part
// of HOST/PROJECT/REPOSITORY/IMAGE.
func repositoryOf(image string) string {
	if parts := strings.Split(image, "/"); len(parts) >= 3 {
		return parts[2]
	}
	return image
}

// Gcloud runs a command and returns what it prints.
func (c *Cloud) Gcloud(call Call) (string, error) {
	p := parse(call)
	if p.name == "" {
		return "", fmt.Errorf("no row for gcloud %s in the table of commands", strings.Join(call.Args, " "))
	}
	c.mu.Lock()
	c.Ran = append(c.Ran, Ran{call.Principal, call.Args})
	c.mu.Unlock()
	if p.name == "builds submit" {
		return c.submit(p) // whose steps call gcloud, too
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.runLocked(p)
}

func (c *Cloud) runLocked(p parsed) (string, error) {
	if out, done, err := c.authLocked(p); done {
		return out, err
	}
	if strings.HasPrefix(p.name, "run ") || strings.HasPrefix(p.name, "functions ") {
		return c.serveLocked(p)
	}
	if err := c.needLocked(p.Principal, p.name, p.names()); err != nil {
		return "", err
	}
	switch verb := p.name[strings.LastIndex(p.name, " ")+1:]; verb {
	case "enable":
		for _, api := range p.pos {
			c.apis[api] = true
		}
		return "", nil
	case "add-iam-policy-binding", "remove-iam-policy-binding":
		return c.policyLocked(p, verb)
	}
	if p.name == "projects describe" {
		return "123456789012\n", nil
	}
	return c.thingLocked(p)
}

// authLocked runs what gcloud does without the project's API.
func (c *Cloud) authLocked(p parsed) (out string, done bool, err error) {
	switch p.name {
	case "auth login", "iam workload-identity-pools create-cred-config":
		return "", true, nil
	case "config get account":
		_, address, _ := strings.Cut(p.Principal, ":")
		return address + "\n", true, nil
	case "auth print-access-token":
		return accessToken(p.Principal) + "\n", true, nil
	case "auth print-identity-token":
		_, address, _ := strings.Cut(p.Principal, ":")
		if account := p.flags["--impersonate-service-account"]; account != "" {
			if err := c.needLocked(p.Principal, p.name+" --impersonate-service-account", p.names()); err != nil {
				return "", true, err
			}
			address = account
		}
		return idToken(address, p.flags["--audiences"]) + "\n", true, nil
	}
	return "", false, nil
}

// policyLocked changes the policy of the resource that a command names.
func (c *Cloud) policyLocked(p parsed, verb string) (string, error) {
	resource := "project"
	switch {
	case strings.HasPrefix(p.name, "iam service-accounts"):
		resource = "account " + p.arg(0)
	case strings.HasPrefix(p.name, "artifacts"):
		resource = "repository " + p.arg(0)
	case strings.HasPrefix(p.name, "pubsub topics"):
		resource = "topic " + p.arg(0)
	case strings.HasPrefix(p.name, "pubsub subscriptions"):
		resource = "subscription " + p.arg(0)
	case strings.HasPrefix(p.name, "iap"):
		resource = "iap " + p.flags["--service"]
	}
	if _, known := Roles[p.flags["--role"]]; !known {
		return "", fmt.Errorf("no row for %q in the table of roles", p.flags["--role"])
	}
	return "", c.changePolicyLocked(resource, verb, Binding{p.flags["--member"], p.flags["--role"]})
}

func (c *Cloud) changePolicyLocked(resource, verb string, b Binding) error {
	kind, address, _ := strings.Cut(b.Member, ":")
	ours := strings.HasSuffix(address, "@"+c.Project+".iam.gserviceaccount.com")
	if kind == "serviceAccount" && ours && !c.things["account "+address] {
		return fmt.Errorf("INVALID_ARGUMENT: service account %s does not exist", address)
	}
	if verb == "add-iam-policy-binding" {
		c.bindLocked(resource, b)
		return nil
	}
	before := len(c.policies[resource])
	kept := c.policies[resource][:0:0]
	for _, other := range c.policies[resource] {
		if other != b {
			kept = append(kept, other)
		}
	}
	if c.policies[resource] = kept; len(kept) == before {
		return errors.New("NOT_FOUND: the policy has no such binding")
	}
	return nil
}

// settings reads gcloud's list of settings: with ^;^ before it, separated by that.
func settings(value string) map[string]string {
	separator := ","
	if rest, ok := strings.CutPrefix(value, "^"); ok {
		separator, value, _ = strings.Cut(rest, "^")
	}
	env := map[string]string{}
	for item := range strings.SplitSeq(value, separator) {
		key, v, _ := strings.Cut(item, "=")
		env[key] = v
	}
	return env
}

func toJSON(v any) string {
	out, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(out) + "\n"
}
