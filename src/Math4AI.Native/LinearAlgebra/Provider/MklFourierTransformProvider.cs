using System.Numerics;
using Math4AI.Interop.Mkl;
using Math4AI.Runtime;
using MathNet.Numerics;
using MathNet.Numerics.Providers.FourierTransform;

namespace Math4AI.LinearAlgebra.Provider;

/// <summary>
/// Math.NET's <c>Fourier.Forward</c>, <c>Inverse</c>, two- and multi-dimensional and real transforms on MKL, of every length.
/// X_k = s Σ_j x_j e^(∓2πi jk/n), with Math.NET's scaling options for s. What a transform of one shape needs is prepared once
/// a thread and kept.
/// </summary>
public sealed unsafe class MklFourierTransformProvider : IFourierTransformProvider
{
    private const int MaxPlans = 32;

    // Transforms of less are done before a second thread would have begun.
    private const long WorthSharing = 1 << 15;

    [ThreadStatic]
    private static Dictionary<Shape, MklFourierPlan>? plans;

    /// <inheritdoc/>
    public bool IsAvailable() => Compute.CanLoadMkl;

    /// <inheritdoc/>
    /// <exception cref="DllNotFoundException">MKL was not found.</exception>
    public void InitializeVerify() => MathNetProvider.Verify();

    /// <summary>Frees what this thread keeps.</summary>
    public void FreeResources()
    {
        foreach (MklFourierPlan plan in plans?.Values ?? Enumerable.Empty<MklFourierPlan>())
        {
            plan.Dispose();
        }

        plans = null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"Math4AI on {Compute.MklVersion} ({Compute.InstructionSet})";

    /// <inheritdoc/>
    public void Forward(Complex[] samples, FourierTransformScaling scaling) => Run(samples, true, scaling, true);

    /// <inheritdoc/>
    public void Forward(Complex32[] samples, FourierTransformScaling scaling) => Run(samples, false, scaling, true);

    /// <inheritdoc/>
    public void Backward(Complex[] spectrum, FourierTransformScaling scaling) => Run(spectrum, true, scaling, false);

    /// <inheritdoc/>
    public void Backward(Complex32[] spectrum, FourierTransformScaling scaling) => Run(spectrum, false, scaling, false);

    /// <inheritdoc/>
    public void ForwardReal(double[] samples, int n, FourierTransformScaling scaling)
    {
        RequireReal(samples, n);
        Run(samples, new Shape(true, true, scaling, n), true);
    }

    /// <inheritdoc/>
    public void ForwardReal(float[] samples, int n, FourierTransformScaling scaling)
    {
        RequireReal(samples, n);
        Run(samples, new Shape(false, true, scaling, n), true);
    }

    /// <inheritdoc/>
    public void BackwardReal(double[] spectrum, int n, FourierTransformScaling scaling)
    {
        RequireReal(spectrum, n);
        Run(spectrum, new Shape(true, true, scaling, n), false);
        spectrum.AsSpan(n).Clear();
    }

    /// <inheritdoc/>
    public void BackwardReal(float[] spectrum, int n, FourierTransformScaling scaling)
    {
        RequireReal(spectrum, n);
        Run(spectrum, new Shape(false, true, scaling, n), false);
        spectrum.AsSpan(n).Clear();
    }

    /// <inheritdoc/>
    public void ForwardMultidim(Complex[] samples, int[] dimensions, FourierTransformScaling scaling) =>
        RunMultidimensional(samples, dimensions, true, scaling, true);

    /// <inheritdoc/>
    public void ForwardMultidim(Complex32[] samples, int[] dimensions, FourierTransformScaling scaling) =>
        RunMultidimensional(samples, dimensions, false, scaling, true);

    /// <inheritdoc/>
    public void BackwardMultidim(Complex[] spectrum, int[] dimensions, FourierTransformScaling scaling) =>
        RunMultidimensional(spectrum, dimensions, true, scaling, false);

    /// <inheritdoc/>
    public void BackwardMultidim(Complex32[] spectrum, int[] dimensions, FourierTransformScaling scaling) =>
        RunMultidimensional(spectrum, dimensions, false, scaling, false);

    private static void Run<T>(T[] data, bool isDouble, FourierTransformScaling scaling, bool isForward)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(data);
        Run(data, new Shape(isDouble, false, scaling, data.Length), isForward);
    }

    private static void RunMultidimensional<T>(
        T[] data, int[] dimensions, bool isDouble, FourierTransformScaling scaling, bool isForward)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(dimensions);
        if (dimensions.Aggregate(1L, (product, n) => product * n) != data.Length || dimensions.Any(n => n < 0))
        {
            throw new ArgumentException(
                $"The dimensions {string.Join(" × ", dimensions)} do not make up {data.Length} elements.", nameof(dimensions));
        }

        if (dimensions.Length > 0)
        {
            Run(data, new Shape(isDouble, false, scaling, dimensions), isForward);
        }
    }

    private static void Run<T>(T[] data, Shape shape, bool isForward)
        where T : unmanaged
    {
        // A transform of one sample is the sample.
        if (data.Length <= 1)
        {
            return;
        }

        MklFourierPlan plan = PlanOf(shape);
        fixed (T* p = data)
        {
            if (isForward)
            {
                plan.Forward(p);
            }
            else
            {
                plan.Backward(p);
            }
        }
    }

    private static MklFourierPlan PlanOf(Shape shape)
    {
        plans ??= [];
        if (!plans.TryGetValue(shape, out MklFourierPlan? plan))
        {
            if (plans.Count == MaxPlans)
            {
                // Forgetting all of them is rare, and needs no record of which was used last.
                plans.Values.ToList().ForEach(old => old.Dispose());
                plans.Clear();
            }

            plan = shape.Prepare();
            plans.Add(shape, plan);
        }

        return plan;
    }

    private static void RequireReal<T>(T[] data, int n)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        if (data.Length < 2 * (n / 2 + 1))
        {
            throw new ArgumentException(
                $"A real transform of {n} samples needs room for {2 * (n / 2 + 1)} numbers, and there is room for {data.Length}.",
                nameof(data));
        }
    }

    /// <summary>What a plan is made for. Arrays of lengths are compared by their content.</summary>
    private sealed class Shape(bool isDouble, bool isReal, FourierTransformScaling scaling, params int[] lengths)
        : IEquatable<Shape>
    {
        private readonly bool isDouble = isDouble;
        private readonly bool isReal = isReal;
        private readonly FourierTransformScaling scaling = scaling;
        // The caller's array may change after the plan is kept.
        private readonly int[] lengths = [.. lengths];
        private readonly int threads = Compute.Threads;

        public MklFourierPlan Prepare()
        {
            long size = lengths.Aggregate(1L, (product, n) => product * n);
            double forward = scaling switch
            {
                FourierTransformScaling.SymmetricScaling => 1.0 / Math.Sqrt(size),
                FourierTransformScaling.ForwardScaling => 1.0 / size,
                _ => 1.0,
            };
            double backward = scaling switch
            {
                FourierTransformScaling.SymmetricScaling => 1.0 / Math.Sqrt(size),
                FourierTransformScaling.BackwardScaling => 1.0 / size,
                _ => 1.0,
            };
            return new MklFourierPlan(
                isDouble, isReal, lengths, forward, backward, size < WorthSharing ? 1 : threads);
        }

        public bool Equals(Shape? other) =>
            other is not null && isDouble == other.isDouble && isReal == other.isReal && scaling == other.scaling
            && threads == other.threads && lengths.AsSpan().SequenceEqual(other.lengths);

        public override bool Equals(object? obj) => Equals(obj as Shape);

        public override int GetHashCode() =>
            HashCode.Combine(isDouble, isReal, scaling, threads, lengths[0], lengths[^1], lengths.Length);
    }
}
