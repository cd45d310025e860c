using System.Numerics.Tensors;
using Math4AI.Kernels.Systems;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.GaussianProcesses.Sparse;

/// <summary>
/// −F(θ), the variational free energy of a process with inducing points Z: F = log N(r; 0, Q + D) − ½ Σ_i (k_ii −
/// q_ii)/d_i ≤ log p(y | θ), with Q = K_XZ K_ZZ⁻¹ K_ZX, D = σ² I and the samples' own noise, and equality where Z holds
/// every sample. θ = (the kernel's hyperparameters, log σ², the mean's parameters). Samples pass in blocks: beside
/// them, memory does not grow with their number.
/// </summary>
/// <remarks>Source: Titsias, Variational learning of inducing variables in sparse Gaussian processes (2009).</remarks>
internal sealed unsafe class SparseEvidence(
    ProcessSamples samples, Kernel kernel, KernelSamples inducing, CancellationToken cancellation) : Cost
{
    private const int MinBlock = 256;

    private readonly int ofKernel = kernel.Parameters.Count;
    private readonly int block = Math.Max(MinBlock, inducing.Count);

    public override int Parameters => ofKernel + 1 + samples.MeanParameters;

    /// <summary>Gets the number of parameters that are logarithms: all but the mean's.</summary>
    public int Hyperparameters => ofKernel + 1;

    public override double Value(ReadOnlySpan<double> parameters) => StateAt(parameters)?.Cost ?? double.NaN;

    public override double Gradient(ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        if (StateAt(parameters) is not { } state || !double.IsFinite(state.Cost))
        {
            gradient.Fill(double.NaN);
            return double.NaN;
        }

        gradient.Clear();
        AddGradient(state, parameters, gradient);
        TensorPrimitives.Negate(gradient, gradient);
        return state.Cost;
    }

    /// <summary>What the samples say at given parameters; null where a matrix is not positive definite.</summary>
    public SparseState? StateAt(ReadOnlySpan<double> parameters)
    {
        Kernel at = kernel.With(parameters[..ofKernel]);
        double noise = Positive.Exponentials(parameters.Slice(ofKernel, 1))[0];
        double[] residuals = samples.Residuals(parameters[Hyperparameters..]);
        if (!Array.TrueForAll(residuals, double.IsFinite))
        {
            return null;
        }

        try
        {
            return Pass(at, noise, residuals, new Landmarks(at, inducing));
        }
        catch (ArithmeticException)
        {
            return null;
        }
    }

    /// <summary>
    /// What the estimate of the mean's parameters leaves open. With K̃ = Q + D, Hᵀ K̃⁻¹ q(x) = Vᵀ a for a row's
    /// features a = L⁻¹ k(Z, x), V = B⁻¹ A D⁻¹ H, A = L⁻¹ K_ZX, and Hᵀ K̃⁻¹ H = Vᵀ V + (H − Aᵀ V)ᵀ D⁻¹ (H − Aᵀ V): V
    /// are the weights of a ridge regression of H on the features, and this its least cost: a sum in which nothing
    /// cancels.
    /// </summary>
    public MeanUncertainty UncertaintyOf(SparseState state, double[] mean)
    {
        (Matrix<double> jacobian, double[] largest) = MeanUncertainty.Jacobian(samples, mean);
        Matrix<double> sums = Matrix<double>.Build.Dense(inducing.Count, mean.Length);
        InBlocks(state, jacobian, (features, rows, variances) => sums += features * Over(rows, variances));
        double[] solved = sums.ToColumnMajorArray();
        state.Whole.Solve(solved);
        var weights = Matrix<double>.Build.Dense(inducing.Count, mean.Length, solved);
        Matrix<double> information = weights.TransposeThisAndMultiply(weights);
        InBlocks(state, jacobian, (features, rows, variances) =>
        {
            Matrix<double> left = rows - features.TransposeThisAndMultiply(weights);
            information += left.TransposeThisAndMultiply(Over(left, variances));
        });
        double[] norms = [.. information.Diagonal().PointwiseSqrt()];
        return MeanUncertainty.Of(
            samples, mean, MeanUncertainty.Divided(weights, norms),
            MeanUncertainty.Divided(MeanUncertainty.Divided(information, norms).Transpose(), norms), norms, largest);
    }

    private static Matrix<double> Over(Matrix<double> rows, double[] variances) =>
        rows.MapIndexed((i, _, value) => value / variances[i], Zeros.Include);

    /// <summary>Passes the features, the rows of H and D of each block of samples.</summary>
    private void InBlocks(
        SparseState state, Matrix<double> jacobian, Action<Matrix<double>, Matrix<double>, double[]> work)
    {
        for (int first = 0; first < samples.Count; first += block)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(block, samples.Count - first);
            double[] variances = new double[count];
            TensorPrimitives.Add(samples.NoiseVariances.AsSpan(first, count), state.Noise, variances);
            work(
                state.Landmarks.Features(samples.Inputs.Range(first, count)).ToMatrix(),
                jacobian.SubMatrix(first, count, 0, jacobian.ColumnCount), variances);
        }
    }

    private SparseState? Pass(Kernel at, double noise, double[] residuals, Landmarks landmarks)
    {
        int order = inducing.Count;
        double[] sums = new GramMatrix(order, order).Values, right = new double[order];
        double constant = samples.Count * Math.Log(2.0 * Math.PI);
        for (int first = 0; first < samples.Count; first += block)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(block, samples.Count - first);
            KernelSamples some = samples.Inputs.Range(first, count);
            GramMatrix features = landmarks.Features(some);
            double[] diagonal = new double[count];
            at.FillDiagonal(some, diagonal);
            constant += Scale(features, diagonal, noise, residuals.AsSpan(first, count), first, right);
            fixed (double* a = features.Values, b = sums)
            {
                SymmetricProduct.AddLower(a, order, count, b, 1.0);
            }
        }

        for (int i = 0; i < order; i++)
        {
            sums[i * order + i] += 1.0;
        }

        Symmetry.MirrorLower(sums, order);
        if (PositiveDefiniteFactor.TryFactor(sums, order) is not { } whole)
        {
            return null;
        }

        double[] half = [.. right];
        whole.SolveLower(half);
        double cost = 0.5 * (constant + whole.LogDeterminant() - TensorPrimitives.SumOfSquares<double>(half));
        whole.Solve(right);
        double[] weights = [.. right];
        landmarks.Factor.SolveUpper(weights);
        return new SparseState(at, noise, landmarks, whole, right, weights, residuals, cost);
    }

    /// <summary>
    /// Scales a block's features to A D^(−½), adds A D^(−½) r to the right side, and returns the block's share of log
    /// det D + rᵀ D⁻¹ r + Σ (k_ii − q_ii)/d_i.
    /// </summary>
    private double Scale(
        GramMatrix features, double[] diagonal, double noise, ReadOnlySpan<double> residuals, int first, double[] right)
    {
        double sum = 0.0;
        for (int i = 0; i < diagonal.Length; i++)
        {
            double variance = noise + samples.NoiseVariances[first + i], root = 1.0 / Math.Sqrt(variance);
            Span<double> column = features.Column(i);
            double unexplained = (diagonal[i] - TensorPrimitives.SumOfSquares<double>(column)) / variance;
            TensorPrimitives.Multiply(column, root, column);
            double scaled = root * residuals[i];
            TensorPrimitives.MultiplyAdd(column, scaled, right, right);
            sum += unexplained + Math.Log(variance) + scaled * scaled;
        }

        return sum;
    }

    /// <summary>
    /// ∂F/∂K_ZX = w αᵀ + L⁻ᵀ (I − B⁻¹) A D^(−½), ∂F/∂K_ZZ = −½ w wᵀ − ½ L⁻ᵀ (B − 2 I + B⁻¹) L⁻¹ and ∂F/∂k_ii = −½/d_i,
    /// with A = L⁻¹ K_ZX D^(−½), B = I + A Aᵀ, w = L⁻ᵀ B⁻¹ A D^(−½) r and α = (Q + D)⁻¹ r. The kernel takes them block
    /// by block, as weights of Z and a block of samples with each other.
    /// </summary>
    private void AddGradient(SparseState state, ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        int order = inducing.Count;
        double[] inverse = new double[order * order];
        state.Whole.Invert(inverse);
        Matrix<double> reduced = Matrix<double>.Build.DenseIdentity(order)
            - Matrix<double>.Build.Dense(order, order, inverse);
        double[] alpha = new double[samples.Count];
        double ofNoise = 0.0;
        for (int first = 0; first < samples.Count; first += block)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(block, samples.Count - first);
            KernelSamples some = samples.Inputs.Range(first, count);
            GramMatrix features = state.Landmarks.Features(some);
            ofNoise += AddNoise(state, features, some, first, alpha);
            double[] crossed = reduced.Multiply(features.ToMatrix()).AsColumnMajorArray();
            state.Landmarks.Factor.SolveUpper(crossed);
            GramMatrix weights = Joint(state, crossed, alpha.AsSpan(first, count), first);
            if (first == 0)
            {
                AddInducing(state, reduced, weights);
            }

            state.Kernel.AddGradient(Join(inducing, some), weights, gradient[..ofKernel]);
        }

        gradient[ofKernel] = ofNoise * state.Noise;
        if (samples.MeanParameters > 0)
        {
            Vector<double> ofMean = samples.MeanJacobian(parameters[Hyperparameters..])
                .TransposeThisAndMultiply(Vector<double>.Build.Dense(alpha));
            ofMean.AsArray().CopyTo(gradient[Hyperparameters..]);
        }
    }

    /// <summary>
    /// Scales a block's features to A D^(−½), fills its α, and returns Σ ∂F/∂d_i.
    /// </summary>
    private double AddNoise(SparseState state, GramMatrix features, KernelSamples some, int first, double[] alpha)
    {
        double[] diagonal = new double[some.Count], half = [.. features.Values];
        state.Kernel.FillDiagonal(some, diagonal);
        state.Whole.SolveLower(half);
        double sum = 0.0;
        for (int i = 0; i < some.Count; i++)
        {
            double variance = state.Noise + samples.NoiseVariances[first + i];
            Span<double> column = features.Column(i);
            double left = diagonal[i] - TensorPrimitives.SumOfSquares<double>(column);
            double explained = TensorPrimitives.SumOfSquares<double>(half.AsSpan(i * column.Length, column.Length));
            double own = (state.Residuals[first + i] - TensorPrimitives.Dot<double>(column, state.Reduced)) / variance;
            alpha[first + i] = own;

            // [(Q + D)⁻¹]_ii = (1 − explained/d_i)/d_i.
            sum += 0.5 * (own * own - (1.0 - explained / variance) / variance + left / (variance * variance));
            TensorPrimitives.Multiply(column, 1.0 / variance, column);
        }

        return sum;
    }

    /// <summary>Half of ∂F/∂K_ZX in each half of a symmetric matrix, and ∂F/∂k_ii on its diagonal.</summary>
    private GramMatrix Joint(SparseState state, double[] crossed, ReadOnlySpan<double> alpha, int first)
    {
        int order = inducing.Count, count = alpha.Length;
        var weights = new GramMatrix(order + count, order + count);
        for (int i = 0; i < count; i++)
        {
            Span<double> column = weights.Column(order + i), above = column[..order];
            TensorPrimitives.MultiplyAdd(state.Weights, alpha[i], crossed.AsSpan(i * order, order), above);
            TensorPrimitives.Multiply(above, 0.5, above);
            column[order + i] = -0.5 / (state.Noise + samples.NoiseVariances[first + i]);
            for (int j = 0; j < order; j++)
            {
                weights.Column(j)[order + i] = above[j];
            }
        }

        return weights;
    }

    private void AddInducing(SparseState state, Matrix<double> reduced, GramMatrix weights)
    {
        // B − 2 I + B⁻¹ = (I − B⁻¹) (B − I), and B = L_B L_Bᵀ.
        int order = inducing.Count;
        Matrix<double> lower = Matrix<double>.Build.Dense(order, order, state.Whole.Lower.ToArray());
        Matrix<double> inner = lower.TransposeAndMultiply(lower) - Matrix<double>.Build.DenseIdentity(order) - reduced;
        state.Landmarks.Factor.SolveUpper(inner.AsColumnMajorArray());
        Matrix<double> outer = inner.Transpose();
        state.Landmarks.Factor.SolveUpper(outer.AsColumnMajorArray());
        for (int column = 0; column < order; column++)
        {
            Span<double> to = weights.Column(column)[..order];
            TensorPrimitives.MultiplyAdd(
                state.Weights, state.Weights[column], outer.AsColumnMajorArray().AsSpan(column * order, order), to);
            TensorPrimitives.Multiply(to, -0.5, to);
        }
    }

    private static KernelSamples Join(KernelSamples first, KernelSamples second)
    {
        int count = first.Count + second.Count;
        double[] values = new double[count * first.Inputs];
        for (int input = 0; input < first.Inputs; input++)
        {
            first.Column(input).CopyTo(values.AsSpan(input * count));
            second.Column(input).CopyTo(values.AsSpan(input * count + first.Count));
        }

        return KernelSamples.Of(values, count, first.Inputs);
    }
}
