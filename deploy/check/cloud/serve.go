package cloud

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/api/run/v1"
	"sigs.k8s.io/yaml"
)

// serveLocked runs the commands of Cloud Run and of Cloud Run functions.
func (c *Cloud) serveLocked(p parsed) (string, error) {
	if err := c.serveNeedsLocked(p); err != nil {
		return "", err
	}
	defer c.noteExposedLocked(p.Args)
	name := p.arg(0)
	service := c.Services[name]
	switch p.name {
	case "run deploy":
		return "", c.deployLocked(p)
	case "run services replace":
		return "", c.replaceLocked(p)
	case "functions deploy":
		if service != nil && !c.things["function "+name] {
			return "", fmt.Errorf("ALREADY_EXISTS: service %s", name)
		}
		c.uploadLocked("gcf-v2-sources/"+name, "gcf-artifacts", "gcf-artifacts/"+name)
		c.things["function "+name] = true
		return "", c.reviseLocked(p, Revision{"gcf-artifacts/" + name, p.flags["--runtime"], settings(p.flags["--set-env-vars"])})
	case "functions describe", "functions delete":
		if !c.things["function "+name] {
			return "", fmt.Errorf("NOT_FOUND: function %s", name)
		}
		if p.name == "functions delete" {
			// Google deletes a function's images and sources with it.
			delete(c.things, "function "+name)
			delete(c.things, "image gcf-artifacts/"+name)
			delete(c.things, "object gs://gcf-v2-sources/"+name)
			delete(c.Services, name)
			delete(c.policies, "service "+name)
		}
		return "", nil
	case "run revisions list":
		return "", nil
	}
	if service == nil {
		return "", fmt.Errorf("NOT_FOUND: service %s", name)
	}
	return c.changeLocked(p, service)
}

// serveNeedsLocked checks the needs of a command, and those of its flags.
func (c *Cloud) serveNeedsLocked(p parsed) error {
	names := p.names()
	service := c.Services[p.arg(0)]
	row := p.name
	switch {
	case p.name == "run services replace":
		s, err := readService(p.Stdin)
		if err != nil {
			return err
		}
		names["service"], names["--service-account"] = s.Metadata.Name, s.Spec.Template.Spec.ServiceAccountName
		service = c.Services[s.Metadata.Name]
		if service == nil {
			row += " (new)"
		}
		if s.Metadata.Annotations[checkDisabled] == "false" {
			p.flags["--invoker-iam-check"] = "true"
		}
	case p.name == "run deploy" && service == nil:
		row += " (new)"
	case service != nil && names["--service-account"] == "":
		names["--service-account"] = service.Account
	}
	if strings.HasSuffix(row, "(new)") && names["--service-account"] == "" {
		return errors.New("a new service without --service-account runs as the default account, which is an Editor")
	}
	if err := c.needLocked(p.Principal, row, names); err != nil {
		return err
	}
	for _, flag := range slices.Sorted(maps.Keys(p.flags)) {
		row := p.name + " " + flag
		if _, known := Commands[row]; !known ||
			flag == "--image" && !strings.Contains(p.flags[flag], "/"+c.Project+"/") ||
			flag == "--no-allow-unauthenticated" && service == nil ||
			flag == "--invoker-iam-check" && (service == nil || !service.Open) {
			continue
		}
		if err := c.needLocked(p.Principal, row, names); err != nil {
			return err
		}
	}
	return nil
}

// noteExposedLocked records a command after which a revision that can be called, by
// the service's URL or by that of a tag, relies on a check that is off.
func (c *Cloud) noteExposedLocked(args []string) {
	for _, service := range c.Services {
		for _, i := range append(slices.Collect(maps.Values(service.Tags)), service.Serving) {
			if service.Open && service.Revisions[i].Env["CALLERS"] == "iam" {
				c.Exposed = append(c.Exposed, args)
				return
			}
		}
	}
}

// deployLocked adds a revision to a service, which may be new.
func (c *Cloud) deployLocked(p parsed) error {
	name, image := p.arg(0), p.flags["--image"]
	if p.flags["--source"] != "" {
		image = fmt.Sprintf("%s-docker.pkg.dev/%s/cloud-run-source-deploy/%s", p.flags["--region"], c.Project, name)
		c.uploadLocked(fmt.Sprintf("run-sources-%s-%s/services/%s/1.zip", c.Project, p.flags["--region"], name), "cloud-run-source-deploy", image)
	}
	revision := Revision{image, p.flags["--base-image"], settings(p.flags["--set-env-vars"])}
	if service := c.Services[name]; service != nil {
		last := service.Revisions[len(service.Revisions)-1]
		if revision.BaseImage == "" && p.flags["--clear-base-image"] == "" {
			revision.BaseImage = last.BaseImage
		}
		if _, set := p.flags["--set-env-vars"]; !set {
			revision.Env = last.Env
		}
	}
	if c.Services[name] == nil && p.flags["--no-traffic"] != "" {
		return errors.New("--no-traffic not supported when creating a new service")
	}
	return c.reviseLocked(p, revision)
}

// uploadLocked makes what a build of uploaded sources leaves.
func (c *Cloud) uploadLocked(object, repository, image string) {
	c.things["object gs://"+object] = true
	if image != "" {
		c.things["repository "+repository] = true
		c.things["image "+image] = true
	}
}

func (c *Cloud) reviseLocked(p parsed, r Revision) error {
	name := p.arg(0)
	service := c.Services[name]
	if service == nil {
		service = &Service{Latest: true, Tags: map[string]int{}}
		c.Services[name] = service
	}
	if account := p.flags["--service-account"]; account != "" {
		service.Account = account
	}
	if p.flags["--no-traffic"] != "" {
		service.Latest = false
	}
	service.Open = (service.Open || p.flags["--no-invoker-iam-check"] != "") && p.flags["--invoker-iam-check"] == ""
	service.Revisions = append(service.Revisions, r)
	newest := len(service.Revisions) - 1
	if tag := p.flags["--tag"]; tag != "" {
		service.Tags[tag] = newest
	}
	if service.Latest {
		service.Serving = newest
	}
	return nil
}

// changeLocked runs a command on a service that exists.
func (c *Cloud) changeLocked(p parsed, service *Service) (string, error) {
	name := p.arg(0)
	switch p.name {
	case "run services describe":
		return c.describeLocked(name, service, p.flags["--format"]), nil
	case "run services delete":
		if c.things["function "+name] {
			return "", errors.New("FAILED_PRECONDITION: the service belongs to a function")
		}
		delete(c.Services, name)
		delete(c.policies, "service "+name)
	case "run services add-iam-policy-binding", "run services remove-iam-policy-binding":
		return "", c.changePolicyLocked("service "+name, p.name[len("run services "):], Binding{p.flags["--member"], p.flags["--role"]})
	case "run services update-traffic":
		if p.flags["--clear-tags"] != "" {
			service.Tags = map[string]int{}
		}
		service.Latest = p.flags["--to-latest"] != ""
		if service.Latest {
			service.Serving = len(service.Revisions) - 1
		}
	case "run services update":
		last := service.Revisions[len(service.Revisions)-1]
		last.Env = maps.Clone(last.Env)
		maps.Copy(last.Env, settings(p.flags["--update-env-vars"]))
		for gone := range strings.SplitSeq(p.flags["--remove-env-vars"], ",") {
			delete(last.Env, gone)
		}
		service.IAP = (service.IAP || p.flags["--iap"] != "") && p.flags["--no-iap"] == ""
		return "", c.reviseLocked(p, last)
	}
	return "", nil
}

// describeLocked returns what the pages' formats print of a service.
func (c *Cloud) describeLocked(name string, service *Service, format string) string {
	switch format {
	case "value(status.url)":
		return c.URL(name) + "\n"
	case "json":
		var traffic []map[string]any
		for tag := range service.Tags {
			traffic = append(traffic, map[string]any{"tag": tag, "url": "https://" + tag + "---" + strings.TrimPrefix(c.URL(name), "https://")})
		}
		return toJSON(map[string]any{"status": map[string]any{"url": c.URL(name), "traffic": traffic}})
	}
	return "name: " + name + "\n"
}

// checkDisabled is the annotation of a service's manifest that switches Cloud Run's
// check of callers off, if it is "true".
const checkDisabled = "run.googleapis.com/invoker-iam-disabled"

func readService(content []byte) (*run.Service, error) {
	var s run.Service
	err := yaml.UnmarshalStrict(content, &s)
	return &s, err
}

// replaceLocked makes a service what a file says.
func (c *Cloud) replaceLocked(p parsed) error {
	s, err := readService(p.Stdin)
	if err != nil {
		return err
	}
	container := s.Spec.Template.Spec.Containers[0]
	env := map[string]string{}
	for _, v := range container.Env {
		env[v.Name] = v.Value
	}
	p.pos = []string{s.Metadata.Name}
	p.flags["--service-account"] = s.Spec.Template.Spec.ServiceAccountName
	return c.reviseLocked(p, Revision{Image: container.Image, Env: env})
}
