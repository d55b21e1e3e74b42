/** Requests to servers of others. */
package io.openpanel.webhook.internal.http;
