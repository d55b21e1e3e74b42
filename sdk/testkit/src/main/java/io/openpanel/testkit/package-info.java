/** What the tests of a plugin stand on. */
package io.openpanel.testkit;
