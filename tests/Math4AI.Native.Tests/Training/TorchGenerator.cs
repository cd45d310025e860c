namespace Math4AI.Tests.Training;

/// <summary>
/// Tests that draw from torch's generator, which is one for the whole process: they run one after the other, and alone:
/// one measures memory.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
[Trait("Runs", "alone")]
public sealed class TorchGenerator
{
    public const string Name = "torch's generator";
}
