// Package cloud is a stand-in for Google Cloud that refuses what the granted roles
// do not allow. Its tests run the commands of the deploy pages and the steps of
// cloudbuild.yaml against it, from an empty project to a promoted revision that
// answers, and back.
//
//	c := cloud.New("my-project")
//	c.Bind(cloud.Grant{"project", "user:me@example.com", "roles/owner"})
//	out, err := c.Gcloud(cloud.Call{Principal: "user:me@example.com", Args: []string{"services", "enable", "run.googleapis.com"}})
//
// What is known of Google is in two tables, [Roles] and [Commands]: each row names
// the page of Google's that says so. A row without a page is unknown: a guess that
// keeps the walk going; the test lists those.
//
// A command that is not in the table fails, and so does a flag of a resource that
// does not exist. Flags are not checked otherwise: deploy/commands_test.sh has
// gcloud itself do that.
package cloud
