using System.Numerics;
using System.Runtime.InteropServices;
using Math4AI.Interop.Mkl;
using Math4AI.Runtime;
using MathNet.Numerics;
using MathNet.Numerics.Providers.FourierTransform;

namespace Math4AI.LinearAlgebra.Provider;

/// <summary>
/// Runs Math.NET's <c>Fourier.Forward</c>, <c>Inverse</c>, two- and multi-dimensional and real transforms on MKL, of
/// every length. X_k = s Σ_j x_j e^(∓2πi jk/n), with Math.NET's scaling options for s. What a transform of one shape
/// needs is prepared once a thread and kept.
/// </summary>
public sealed unsafe class MklFourierTransformProvider : IFourierTransformProvider
{
    private const int MaxPlans = 32;

    // Shorter transforms end before a second thread starts.
    private const long WorthSharing = 1 << 15;

    [ThreadStatic]
    private static Dictionary<Shape, MklFourierPlan>? plans;

    // The plan of the last transform: most programs repeat one.
    [ThreadStatic]
    private static Shape? lastShape;

    [ThreadStatic]
    private static MklFourierPlan? lastPlan;

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
        lastShape = null;
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
        Run(samples, true, true, scaling, n, true);
    }

    /// <inheritdoc/>
    public void ForwardReal(float[] samples, int n, FourierTransformScaling scaling)
    {
        RequireReal(samples, n);
        Run(samples, false, true, scaling, n, true);
    }

    /// <inheritdoc/>
    public void BackwardReal(double[] spectrum, int n, FourierTransformScaling scaling)
    {
        RequireReal(spectrum, n);
        Run(spectrum, true, true, scaling, n, false);
        spectrum.AsSpan(n).Clear();
    }

    /// <inheritdoc/>
    public void BackwardReal(float[] spectrum, int n, FourierTransformScaling scaling)
    {
        RequireReal(spectrum, n);
        Run(spectrum, false, true, scaling, n, false);
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
        if (data.Length is not (2 or 4))
        {
            Run(data, isDouble, false, scaling, data.Length, isForward);
            return;
        }

        // The call of MKL alone would take longer.
        double factor = FactorOf(scaling, data.Length, isForward);
        if (isDouble)
        {
            TransformFew(MemoryMarshal.Cast<T, double>(data.AsSpan()), factor, isForward);
        }
        else
        {
            TransformFew(MemoryMarshal.Cast<T, float>(data.AsSpan()), (float)factor, isForward);
        }
    }

    private static void Run<T>(
        T[] data, bool isDouble, bool isReal, FourierTransformScaling scaling, int length, bool isForward)
        where T : unmanaged
    {
        // A transform of one sample is the sample.
        if (data.Length <= 1)
        {
            return;
        }

        if (lastShape?.Is(isDouble, isReal, scaling, length) != true)
        {
            lastShape = Kept(isDouble, isReal, scaling, length) ?? new Shape(isDouble, isReal, scaling, length);
            lastPlan = PlanOf(lastShape);
        }

        Run(data, lastPlan!, isForward);
    }

    private static void Run<T>(T[] data, MklFourierPlan plan, bool isForward)
        where T : unmanaged
    {
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

    /// <summary>Two or four samples. Two: X₀ = s (x₀ + x₁), X₁ = s (x₀ − x₁), forward and backward alike.</summary>
    private static void TransformFew<TReal>(Span<TReal> x, TReal factor, bool isForward)
        where TReal : unmanaged, INumber<TReal>
    {
        if (x.Length == 4)
        {
            (TReal re, TReal im) = (x[0] - x[2], x[1] - x[3]);
            (x[0], x[1]) = (factor * (x[0] + x[2]), factor * (x[1] + x[3]));
            (x[2], x[3]) = (factor * re, factor * im);
            return;
        }

        // Sums and differences of every other sample; −i times the second difference forward, i times backward.
        (TReal evenRe, TReal evenIm, TReal oddRe, TReal oddIm) = (x[0] + x[4], x[1] + x[5], x[2] + x[6], x[3] + x[7]);
        (TReal firstRe, TReal firstIm) = (x[0] - x[4], x[1] - x[5]);
        (TReal turnedRe, TReal turnedIm) = isForward ? (x[3] - x[7], x[6] - x[2]) : (x[7] - x[3], x[2] - x[6]);
        (x[0], x[1]) = (factor * (evenRe + oddRe), factor * (evenIm + oddIm));
        (x[2], x[3]) = (factor * (firstRe + turnedRe), factor * (firstIm + turnedIm));
        (x[4], x[5]) = (factor * (evenRe - oddRe), factor * (evenIm - oddIm));
        (x[6], x[7]) = (factor * (firstRe - turnedRe), factor * (firstIm - turnedIm));
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
                $"The dimensions {string.Join(" × ", dimensions)} do not make up {data.Length} elements.",
                nameof(dimensions));
        }

        if (data.Length > 1)
        {
            Run(data, PlanOf(new Shape(isDouble, false, scaling, dimensions)), isForward);
        }
    }

    /// <summary>s, the factor of a transform.</summary>
    private static double FactorOf(FourierTransformScaling scaling, long size, bool isForward) => scaling switch
    {
        FourierTransformScaling.SymmetricScaling => 1.0 / Math.Sqrt(size),
        FourierTransformScaling.ForwardScaling when isForward => 1.0 / size,
        FourierTransformScaling.BackwardScaling when !isForward => 1.0 / size,
        _ => 1.0,
    };

    /// <summary>
    /// Finds a shape whose plan is kept, so that programs that take turns of lengths allocate nothing.
    /// </summary>
    private static Shape? Kept(bool isDouble, bool isReal, FourierTransformScaling scaling, int length)
    {
        foreach ((Shape shape, _) in plans ??= [])
        {
            if (shape.Is(isDouble, isReal, scaling, length))
            {
                return shape;
            }
        }

        return null;
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
                lastShape = null;
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
                $"A real transform of {n} samples needs room for {2 * (n / 2 + 1)} numbers, and there is room for "
                + $"{data.Length}.",
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
            return new MklFourierPlan(
                isDouble,
                isReal,
                lengths,
                FactorOf(scaling, size, isForward: true),
                FactorOf(scaling, size, isForward: false),
                size < WorthSharing ? 1 : threads);
        }

        /// <summary>Returns whether this is the shape of a transform of one dimension.</summary>
        public bool Is(bool ofDouble, bool ofReal, FourierTransformScaling scaled, int length) =>
            isDouble == ofDouble && isReal == ofReal && scaling == scaled && lengths.Length == 1 && lengths[0] == length
            && threads == Compute.Threads;

        public bool Equals(Shape? other) =>
            other is not null && isDouble == other.isDouble && isReal == other.isReal && scaling == other.scaling
            && threads == other.threads && lengths.AsSpan().SequenceEqual(other.lengths);

        public override bool Equals(object? obj) => Equals(obj as Shape);

        public override int GetHashCode() =>
            HashCode.Combine(isDouble, isReal, scaling, threads, lengths[0], lengths[^1], lengths.Length);
    }
}
