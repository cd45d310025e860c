using Math4AI.LinearAlgebra;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Kernels.Functions;

/// <summary>A kernel of one's own from a function of tensors.</summary>
internal sealed class TensorKernel(
    IReadOnlyList<string> names, double[] parameters, Func<Tensor, Tensor, Tensor, Tensor> function) : Kernel
{
    public override IReadOnlyList<string> ParameterNames => names;

    public override IReadOnlyList<double> Parameters => parameters;

    public override string ToString() => $"kernel({Positive.Text(parameters)})";

    protected override Kernel WithParameters(ReadOnlySpan<double> theta) =>
        new TensorKernel(names, theta.ToArray(), function);

    protected internal override void Fill(KernelSamples samples, KernelSamples others, GramMatrix gram)
    {
        using DisposeScope scope = NewDisposeScope();
        using (no_grad())
        {
            Values(samples, others, tensor(parameters)).T.contiguous().data<double>().CopyTo(gram.Values);
        }

        if (ReferenceEquals(samples, others))
        {
            // The function may round k(x, x′) otherwise than k(x′, x).
            gram.Mirror();
        }
    }

    protected internal override void FillDiagonal(KernelSamples samples, Span<double> diagonal)
    {
        using DisposeScope scope = NewDisposeScope();
        using (no_grad())
        {
            for (int i = 0; i < samples.Count; i++)
            {
                Tensor one = ToTensor(samples).slice(0, i, i + 1, 1);
                diagonal[i] = function(one, one, tensor(parameters)).item<double>();
            }
        }
    }

    protected internal override void AddGradient(KernelSamples samples, GramMatrix weights, Span<double> gradient)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor theta = tensor(parameters, requires_grad: true);
        Tensor sum =
            (Values(samples, samples, theta) * tensor(weights.Values).reshape(weights.Rows, weights.Columns)).sum();
        sum.backward();
        double[] slopes = theta.grad is { } found ? [.. found.data<double>()] : new double[gradient.Length];
        for (int i = 0; i < gradient.Length; i++)
        {
            gradient[i] += slopes[i];
        }
    }

    private Tensor Values(KernelSamples samples, KernelSamples others, Tensor theta)
    {
        Tensor x = ToTensor(samples);
        Tensor values = function(x, ReferenceEquals(samples, others) ? x : ToTensor(others), theta);
        return values.shape is [var rows, var columns] && rows == samples.Count && columns == others.Count
            && values.dtype == ScalarType.Float64
            ? values
            : throw new ArgumentException(
                $"The kernel's function gave {values.dtype} of shape [{string.Join(", ", values.shape)}]: Float64 of "
                + $"[{samples.Count}, {others.Count}] is needed.");
    }

    private static Tensor ToTensor(KernelSamples samples) => samples.ToMatrix().AsTensor();
}
