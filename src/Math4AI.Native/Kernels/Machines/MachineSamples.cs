using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.Machines;

/// <summary>The training inputs of a machine, which may be standardized, and the same for new ones.</summary>
internal sealed class MachineSamples
{
    private readonly InputScaling scaling;

    public MachineSamples(Matrix<double> inputs, bool isStandardized)
    {
        var samples = new KernelSamples(inputs, nameof(inputs));
        ArgumentOutOfRangeException.ThrowIfLessThan(samples.Count, 2, nameof(inputs));
        scaling = new InputScaling(samples, isStandardized);
        Inputs = Standardized(inputs);
    }

    public KernelSamples Inputs { get; }

    public KernelSamples Standardized(Matrix<double> inputs) => scaling.Apply(inputs);
}
