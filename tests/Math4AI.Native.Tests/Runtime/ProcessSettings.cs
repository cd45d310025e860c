namespace Math4AI.Tests.Runtime;

/// <summary>
/// Tests that change the provider or the number of threads of the whole process: they run alone, since others would
/// calculate with what they choose.
/// </summary>
[CollectionDefinition(nameof(ProcessSettings), DisableParallelization = true)]
[Trait("Runs", "alone")]
public sealed class ProcessSettings;
