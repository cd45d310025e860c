using Math4AI.Optimization;

namespace Math4AI.Kernels.GaussianProcesses.Laplace;

/// <summary>
/// −log q(y | θ) by Laplace's approximation, θ = (the kernel's hyperparameters, the likelihood's), and its gradient.
/// </summary>
internal sealed class LaplaceEvidence(KernelSamples samples, Kernel kernel, LaplaceMode mode) : Cost
{
    private readonly GramMatrix covariance = new(samples.Count, samples.Count);
    private readonly int ofKernel = kernel.Parameters.Count;

    public override int Parameters => ofKernel + mode.Parameters;

    /// <summary>Gets the kernel at the parameters that were used last.</summary>
    public Kernel Kernel { get; private set; } = kernel;

    public override double Value(ReadOnlySpan<double> parameters)
    {
        Kernel = Kernel.With(parameters[..ofKernel]);
        mode.Use(parameters[ofKernel..]);
        Kernel.Fill(samples, samples, covariance);
        return mode.Find(covariance) ? -mode.LogEvidence : double.NaN;
    }

    public override double Gradient(ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        double value = Value(parameters);
        gradient.Fill(double.NaN);
        if (double.IsFinite(value))
        {
            gradient.Clear();
            Kernel.AddGradient(samples, mode.Slopes(gradient[ofKernel..]), gradient[..ofKernel]);
            System.Numerics.Tensors.TensorPrimitives.Negate(gradient, gradient);
        }

        return value;
    }
}
