using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.Machines;

/// <summary>The training inputs of a machine, which may be standardized, and the same for new ones.</summary>
internal sealed class MachineSamples
{
    public MachineSamples(Matrix<double> inputs, bool isStandardized)
    {
        var samples = new KernelSamples(inputs, nameof(inputs));
        ArgumentOutOfRangeException.ThrowIfLessThan(samples.Count, 2, nameof(inputs));
        Scaling = new InputScaling(samples, isStandardized);
        Inputs = Scaling.Apply(inputs);
    }

    public InputScaling Scaling { get; }

    public KernelSamples Inputs { get; }
}
