using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.Machines;

/// <summary>The training inputs of a machine, which may be standardized, and the same for new ones.</summary>
internal sealed class MachineSamples
{
    public MachineSamples(Matrix<double> inputs, bool isStandardized)
    {
        var samples = new KernelSamples(inputs, nameof(inputs));
        if (samples.Count < 2)
        {
            throw new ArgumentException(
                "A support vector machine needs 2 samples or more to learn from, and beside those that are held out "
                + $"there {(samples.Count == 1 ? "is" : "are")} {samples.Count}: have more.", nameof(inputs));
        }

        Scaling = new InputScaling(samples, isStandardized);
        Inputs = Scaling.Apply(inputs);
    }

    public InputScaling Scaling { get; }

    public KernelSamples Inputs { get; }
}
