/** The command line: every command comes from the panel's catalogue. */
package io.openpanel.cli;
