package org.example.janitor;

import io.openpanel.testkit.PluginContract;

class JanitorContractTest implements PluginContract {}
