namespace Math4AI.Kernels.Functions;

/// <summary>
/// What a sum and a product of two kernels have in common: the hyperparameters of both, one after the other.
/// </summary>
internal abstract class CompositeKernel : Kernel
{
    protected CompositeKernel(Kernel left, Kernel right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (left.Inputs is { } a && right.Inputs is { } b && a != b)
        {
            throw new ArgumentException(
                $"The kernel {left} is for {a} inputs, and {right} for {b}: choose columns with On.");
        }

        (Left, Right) = (left, right);
        ParameterNames =
            [.. left.ParameterNames.Select(name => $"1: {name}"), .. right.ParameterNames.Select(name => $"2: {name}")];
        Parameters = [.. left.Parameters, .. right.Parameters];
    }

    public override IReadOnlyList<string> ParameterNames { get; }

    public override IReadOnlyList<double> Parameters { get; }

    public override int? Inputs => Left.Inputs ?? Right.Inputs;

    protected Kernel Left { get; }

    protected Kernel Right { get; }

    protected override Kernel WithParameters(ReadOnlySpan<double> parameters) =>
        Combine(Left.With(parameters[..Left.Parameters.Count]), Right.With(parameters[Left.Parameters.Count..]));

    protected abstract Kernel Combine(Kernel left, Kernel right);

    /// <summary>The values of one of the two.</summary>
    protected static GramMatrix ValuesOf(Kernel kernel, KernelSamples samples, KernelSamples others)
    {
        var values = new GramMatrix(samples.Count, others.Count);
        kernel.Fill(samples, others, values);
        return values;
    }
}
