/** The tool of those who publish plugins and those who host a marketplace. */
package io.openpanel.marketplace.tool;
