package cloud

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Sample is Google's sample container, which answers everybody whom Cloud Run
// lets through.
const Sample = "us-docker.pkg.dev/cloudrun/container/hello"

// Service is a service of Cloud Run.
type Service struct {
	Account   string // that it runs as
	Revisions []Revision
	Serving   int            // the index of the revision that gets the traffic
	Tags      map[string]int // revisions by their tag
	Latest    bool           // whether new revisions get the traffic
	Open      bool           // whether Cloud Run's check of callers is off
	IAP       bool
}

// Revision is one of a service's.
type Revision struct {
	Image     string
	BaseImage string // that Cloud Run puts under the image; empty is none
	Env       map[string]string
}

// Cloud is one project. The methods that the stand-ins of programs call are safe
// for concurrent use.
type Cloud struct {
	Project string
	// Services, and the spreadsheet's readers and writers, are for tests to read
	// between commands.
	Services map[string]*Service
	Shared   map[string]bool
	// Ran are the commands that were run, without gcloud's name, and who ran them.
	Ran []Ran
	// Exposed are the commands of Cloud Run and of its functions after which a
	// revision did not check its callers: Cloud Run's check was off, and the
	// revision's CALLERS=iam relies on it. Revisions without traffic count if they
	// have a tag, because a tag has a URL.
	Exposed [][]string
	// Build runs one step of a build in a folder, as an account.
	Build func(principal string, args []string, folder string) (string, error)

	mu       sync.Mutex
	apis     map[string]bool
	policies map[string][]Binding // by resource
	ignored  map[Grant]bool
	things   map[string]bool // what else exists, as "topic rows-dead"
}

// Ran is one command that was run.
type Ran struct {
	Principal string
	Args      []string
}

// Binding is a role that a member has on a resource.
type Binding struct{ Member, Role string }

// New returns an empty project.
func New(project string) *Cloud {
	return &Cloud{
		Project: project, Services: map[string]*Service{}, Shared: map[string]bool{},
		apis: map[string]bool{}, policies: map[string][]Binding{}, ignored: map[Grant]bool{}, things: map[string]bool{},
	}
}

// Denied is the error of a command for which a role is missing.
type Denied struct{ Principal, Permission, Resource string }

func (e *Denied) Error() string {
	return fmt.Sprintf("PERMISSION_DENIED: %s lacks %s on %s", e.Principal, e.Permission, e.Resource)
}

// Bind gives a member a role on a resource, such as "project" or "account
// a@p.iam.gserviceaccount.com".
func (c *Cloud) Bind(g Grant) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bindLocked(g.Resource, Binding{g.Member, g.Role})
}

func (c *Cloud) bindLocked(resource string, b Binding) {
	if !slices.Contains(c.policies[resource], b) {
		c.policies[resource] = append(c.policies[resource], b)
	}
}

// Grant is a role that a member has on a resource.
type Grant struct{ Resource, Member, Role string }

// Ignore makes a grant have no effect, however often it is made.
func (c *Cloud) Ignore(g Grant) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ignored[g] = true
}

// Revoke undoes a grant.
func (c *Cloud) Revoke(g Grant) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.policies[g.Resource] = slices.DeleteFunc(c.policies[g.Resource], func(b Binding) bool { return b == Binding{g.Member, g.Role} })
}

// Grants returns all roles that are granted.
func (c *Cloud) Grants() (all []Grant) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for resource, bindings := range c.policies {
		for _, b := range bindings {
			all = append(all, Grant{resource, b.Member, b.Role})
		}
	}
	return all
}

// Left returns what exists in the project, except for its APIs and policies.
func (c *Cloud) Left() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	left := slices.Collect(maps.Keys(c.things))
	for name := range c.Services {
		left = append(left, "service "+name)
	}
	slices.Sort(left)
	return left
}

// allowedLocked returns a [Denied] unless the principal has a permission on a
// resource, by a role there or on the project.
func (c *Cloud) allowedLocked(principal, permission, resource string) error {
	for _, on := range []string{resource, "project"} {
		for _, b := range c.policies[on] {
			if b.Member == principal && includes(b.Role, permission) && !c.ignored[Grant{on, b.Member, b.Role}] {
				return nil
			}
		}
	}
	return &Denied{principal, permission, resource}
}

// needLocked checks that a principal may run a command of the table. Names are the
// names of the resources that it is about, by their kind.
func (c *Cloud) needLocked(principal, command string, names map[string]string) error {
	row, known := Commands[command]
	if !known {
		return fmt.Errorf("no row for %q in the table of commands", command)
	}
	if row.API != "" && !c.apis[row.API+".googleapis.com"] {
		return fmt.Errorf("SERVICE_DISABLED: %s needs %s.googleapis.com", command, row.API)
	}
	for _, need := range row.Needs {
		resource := "project"
		switch {
		case strings.HasPrefix(need.On, "--") && names[need.On] == "":
			continue
		case need.On == "project":
		case strings.HasPrefix(need.On, "--"):
			resource = "account " + strings.TrimPrefix(names[need.On], "projects/"+c.Project+"/serviceAccounts/")
		default:
			resource = need.On + " " + names[need.On]
		}
		if strings.HasPrefix(resource, "account ") && !c.things[resource] {
			return fmt.Errorf("NOT_FOUND: %s", resource)
		}
		if err := c.allowedLocked(principal, need.Permission, resource); err != nil {
			return fmt.Errorf("%s: %w", command, err)
		}
	}
	return nil
}

// URL returns the address of a service.
func (c *Cloud) URL(service string) string { return "https://" + service + "-abc.a.run.app" }
