/**
 * What a marketplace is made of: plugin files, the index that lists them and the root that says whose signatures count. Static
 * files that anyone can host; nothing in them is believed before its signature is.
 */
package io.openpanel.marketplace;
