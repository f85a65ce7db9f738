package check

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	jsonpatch "github.com/evanphx/json-patch/v5"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	eventingduckv1 "knative.dev/eventing/pkg/apis/duck/v1"
	"knative.dev/eventing/pkg/apis/feature"
	"knative.dev/pkg/apis"
	duckv1 "knative.dev/pkg/apis/duck/v1"
	servingv1 "knative.dev/serving/pkg/apis/serving/v1"
	"sigs.k8s.io/yaml"
)

// readService decodes, fills in and validates as Knative's admission does. What
// admission only warns of is an error, too.
func readService(content []byte) (*servingv1.Service, error) {
	var s servingv1.Service
	if err := yaml.UnmarshalStrict(content, &s); err != nil {
		return nil, err
	}
	ctx := apis.WithinCreate(context.Background())
	s.SetDefaults(ctx)
	return &s, invalid(s.Validate(ctx))
}

// invalid makes an error of a field error, which is a pointer that may be nil.
func invalid(err *apis.FieldError) error {
	if err == nil {
		return nil
	}
	return err
}

func knativeService(content []byte) error {
	s, err := readService(content)
	if err != nil {
		return err
	}
	container := s.Spec.Template.Spec.GetContainer()
	if get := container.ReadinessProbe.HTTPGet; get == nil || get.Path != "/health" {
		return errors.New("the readiness probe does not ask for /health")
	}
	env := map[string]string{}
	for _, v := range container.Env {
		env[v.Name] = v.Value
	}
	return callersNamed(env)
}

// servicePatch holds a patch of service.yaml: what it makes is a service, too.
func servicePatch(content []byte) error {
	service, err := os.ReadFile(filepath.Join(module, "service.yaml"))
	if err != nil {
		return err
	}
	document, err := yaml.YAMLToJSONStrict(service)
	if err != nil {
		return err
	}
	operations, err := yaml.YAMLToJSONStrict(content)
	if err != nil {
		return err
	}
	patch, err := jsonpatch.DecodePatch(operations)
	if err != nil {
		return err
	}
	patched, err := patch.Apply(document)
	if err != nil {
		return err
	}
	return knativeService(patched)
}

// callersNamed refuses an environment in which the function does not check its
// callers. Plain Knative does not either.
func callersNamed(env map[string]string) error {
	if callers := env["CALLERS"]; !regexp.MustCompile(`^[^@\s,]+@[^@\s,]+(,[^@\s,]+@[^@\s,]+)*$`).MatchString(callers) {
		return fmt.Errorf("CALLERS is %q, want e-mail addresses", callers)
	}
	if env["AUDIENCE"] == "" {
		return errors.New("AUDIENCE is not set")
	}
	return nil
}

// resource is what Broker and Trigger have of an object. Their own package links
// a client of Kubernetes for what it looks up at admission, twice as much code as
// all else here; what is written in them is checked by these types.
type resource struct {
	metav1.TypeMeta `json:",inline"`
	Metadata        metav1.ObjectMeta `json:"metadata"`
}

func broker(content []byte) error {
	var b struct {
		resource `json:",inline"`
		Spec     struct {
			Config   *duckv1.KReference           `json:"config"`
			Delivery *eventingduckv1.DeliverySpec `json:"delivery"`
		} `json:"spec"`
	}
	if err := yaml.UnmarshalStrict(content, &b); err != nil {
		return err
	}
	return invalid(b.Spec.Delivery.Validate(eventing(b.Metadata)).ViaField("spec", "delivery"))
}

func trigger(content []byte) error {
	var t struct {
		resource `json:",inline"`
		Spec     struct {
			Broker string `json:"broker"`
			Filter struct {
				Attributes map[string]string `json:"attributes"`
			} `json:"filter"`
			Subscriber duckv1.Destination           `json:"subscriber"`
			Delivery   *eventingduckv1.DeliverySpec `json:"delivery"`
		} `json:"spec"`
	}
	if err := yaml.UnmarshalStrict(content, &t); err != nil {
		return err
	}
	ctx := eventing(t.Metadata)
	errs := t.Spec.Subscriber.Validate(ctx).ViaField("spec", "subscriber")
	errs = errs.Also(t.Spec.Delivery.Validate(ctx).ViaField("spec", "delivery"))
	if t.Spec.Broker == "" {
		errs = errs.Also(apis.ErrMissingField("spec.broker"))
	}
	for name := range t.Spec.Filter.Attributes {
		if !regexp.MustCompile(`^[a-z][a-z0-9]*$`).MatchString(name) {
			errs = errs.Also(apis.ErrInvalidKeyName(name, "spec.filter.attributes"))
		}
	}
	return invalid(errs)
}

// eventing is the context of an admission with the features that Knative Eventing
// ships with.
func eventing(parent metav1.ObjectMeta) context.Context {
	return feature.ToContext(apis.WithinParent(context.Background(), parent), feature.Flags{feature.DeliveryTimeout: feature.Enabled})
}

// function is func.yaml as Knative func reads it; its module cannot be had here,
// so these are the fields of its schema that a function like this one may set.
type function struct {
	SpecVersion string `json:"specVersion"`
	Name        string `json:"name"`
	Domain      string `json:"domain"`
	Runtime     string `json:"runtime"`
	Registry    string `json:"registry"`
	Image       string `json:"image"`
	Namespace   string `json:"namespace"`
	Created     string `json:"created"`
	Invoke      string `json:"invoke"`
	Build       struct {
		BuilderImages map[string]string `json:"builderImages"`
		Buildpacks    []string          `json:"buildpacks"`
		Builder       string            `json:"builder"`
		BuildEnvs     []corev1.EnvVar   `json:"buildEnvs"`
	} `json:"build"`
	Run struct {
		Envs         []corev1.EnvVar `json:"envs"`
		StartTimeout int             `json:"startTimeout"`
	} `json:"run"`
	Deploy struct {
		Annotations map[string]string `json:"annotations"`
		Options     struct {
			Scale struct {
				Min         int     `json:"min"`
				Max         int     `json:"max"`
				Metric      string  `json:"metric"`
				Target      float64 `json:"target"`
				Utilization float64 `json:"utilization"`
			} `json:"scale"`
			Resources struct {
				Requests map[corev1.ResourceName]string `json:"requests"`
				Limits   struct {
					CPU         string `json:"cpu"`
					Memory      string `json:"memory"`
					Concurrency int    `json:"concurrency"`
				} `json:"limits"`
			} `json:"resources"`
		} `json:"options"`
		Labels          []map[string]string `json:"labels"`
		HealthEndpoints struct {
			Liveness  string `json:"liveness"`
			Readiness string `json:"readiness"`
		} `json:"healthEndpoints"`
		ServiceAccountName string `json:"serviceAccountName"`
	} `json:"deploy"`
}

func knativeFunc(content []byte) error {
	var f function
	if err := yaml.UnmarshalStrict(content, &f); err != nil {
		return err
	}
	if f.Runtime != "go" || f.Invoke != "http" {
		return fmt.Errorf("runtime is %q and invoke %q, want go and http", f.Runtime, f.Invoke)
	}
	if b := f.Build.Builder; b != "s2i" {
		return fmt.Errorf("builder is %q, want s2i: func's main for pack does not build on this go.mod", b)
	}
	if _, err := time.Parse(time.RFC3339, f.Created); err != nil {
		return fmt.Errorf("created: %w", err)
	}
	env := map[string]string{}
	for _, v := range f.Run.Envs {
		env[v.Name] = v.Value
	}
	return callersNamed(env)
}
