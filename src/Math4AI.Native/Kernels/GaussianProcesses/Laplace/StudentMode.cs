using System.Numerics.Tensors;
using Math4AI.LinearAlgebra.Decompositions;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.GaussianProcesses.Laplace;

/// <summary>
/// Numbers with Student-t noise, y = f + σ t_ν. The parameters of the likelihood are log σ², its slopes along the
/// inputs where it varies, and log(ν − 1). The density is not log-concave: W is negative at samples far off, and where
/// K⁻¹ + W is not positive definite, the step is one of expectation and maximization over the scales of the noise,
/// which always raises ψ.
/// </summary>
/// <remarks>
/// Source: Vanhatalo, Jylänki and Vehtari, Gaussian process regression with Student-t likelihood, NIPS 22 (2009).
/// </remarks>
internal sealed class StudentMode(double[] targets, KernelSamples samples, int noiseSlopes = 0)
    : LaplaceMode(targets.Length, 1)
{
    // K of a smooth kernel is singular to rounding; its factor needs this share of the diagonal more.
    private const double Jitter = 1e-8;

    // Beyond this, differences of logarithms of Γ lose more digits than three terms of their series in 1/ν.
    private const double ManyDegrees = 300.0;

    private readonly double[] curvatures = new double[targets.Length];

    // σ_i² of each sample.
    private double[] noise = Repeated(1.0, targets.Length);
    private readonly double[] lower = new GramMatrix(targets.Length, targets.Length).Values;

    // I + Lᵀ W L, of Newton's W where that is positive definite, of the weights of least squares where it is not.
    private PositiveDefiniteFactor? inner;
    private bool isNewton;
    private GramMatrix? slopes;

    public override int Parameters => 2 + noiseSlopes;

    /// <summary>Gets σ² and its slopes.</summary>
    public NoiseLaw Noise { get; private set; } = new(1.0, []);

    /// <summary>Gets ν.</summary>
    public double Degrees { get; private set; } = 4.0;

    /// <summary>Sets σ², its slopes and ν.</summary>
    public void Use(NoiseLaw law, double degrees) => (Noise, noise, Degrees) = (law, law.At(samples), degrees);

    public static double[] Pack(double variance, double degrees, params double[] slopes) =>
        [Math.Log(variance), .. slopes, Math.Log(degrees - 1.0)];

    public override void Use(ReadOnlySpan<double> parameters) =>
        Use(NoiseLaw.Of(parameters[..^1]), 1.0 + Positive.Exponentials(parameters[^1..])[0]);

    public override GramMatrix Slopes(Span<double> own)
    {
        (GramMatrix found, double[] variances) = Precision();
        double[] curvatureSlopes = new double[Samples], ofLevel = new double[Samples], ofDegrees = new double[Samples];
        double[] levels = new double[Samples];
        double degrees = Samples * LogScaleSlope(), up = Degrees + 1.0;
        for (int i = 0; i < Samples; i++)
        {
            double r = targets[i] - Latent[i], s = Degrees * noise[i], d = s + r * r;
            curvatureSlopes[i] = variances[i] * up * r * (r * r - 3.0 * s) / (d * d * d);
            double bend = up * s * (s - 3.0 * r * r) / (d * d * d);
            levels[i] = 0.5 * (up * r * r / d - 1.0 + variances[i] * bend);
            degrees += 0.5 * (up * r * r / (Degrees * d) - SpecialFunctions.Log1p(r * r / s)
                + variances[i] * ((r * r - s) / (d * d) + bend / Degrees));
            ofLevel[i] = -up * r * s / (d * d);
            ofDegrees[i] = r / d + ofLevel[i] / Degrees;
        }

        // The mode moves by (K⁻¹ + W)⁻¹ ∂∇log p, and log q with it by the slopes of ½ log det.
        double[] moved = Posterior(curvatureSlopes);
        TensorPrimitives.MultiplyAdd<double>(moved, ofLevel, levels, levels);
        Noise.AddGradient(samples, levels, own[..^1]);
        own[^1] += (Degrees - 1.0) * (degrees + TensorPrimitives.Dot<double>(moved, ofDegrees));
        return WithWeights(found, curvatureSlopes);
    }

    /// <summary>
    /// Computes (K + W⁻¹)⁻¹ = W − W Σ W and the diagonal of the posterior covariance Σ = (K⁻¹ + W)⁻¹.
    /// </summary>
    public (GramMatrix Matrix, double[] Variances) Precision()
    {
        slopes ??= new GramMatrix(Samples, Samples);
        double[] half = Matrix<double>.Build.Dense(Samples, Samples, lower).Transpose().AsColumnMajorArray();
        inner!.SolveLower(half);
        Matrix<double> root = Matrix<double>.Build.Dense(Samples, Samples, half);
        double[] covariance = root.TransposeThisAndMultiply(root).AsColumnMajorArray();
        double[] variances = new double[Samples];
        for (int i = 0; i < Samples; i++)
        {
            variances[i] = covariance[i * Samples + i];
        }

        slopes.FillColumns(isSymmetric: false, (column, firstRow, values, _) =>
        {
            TensorPrimitives.Multiply(
                covariance.AsSpan(column * Samples + firstRow, values.Length),
                curvatures.AsSpan(firstRow, values.Length), values);
            TensorPrimitives.Multiply(values, -curvatures[column], values);
        });
        for (int i = 0; i < Samples; i++)
        {
            slopes.Column(i)[i] += curvatures[i];
        }

        return (slopes, variances);
    }

    /// <summary>Computes log p(y | f) of one sample.</summary>
    /// <param name="residual">y − f.</param>
    /// <param name="variance">σ² of the sample.</param>
    public double LogDensity(double residual, double variance) => LogScale() - 0.5 * Math.Log(variance)
        - 0.5 * (Degrees + 1.0) * SpecialFunctions.Log1p(residual * residual / (Degrees * variance));

    protected override void Condition(GramMatrix matrix)
    {
        double added = 0.0;
        for (int i = 0; i < Samples; i++)
        {
            added = Math.Max(added, Jitter * matrix.Column(i)[i]);
        }

        for (int i = 0; i < Samples; i++)
        {
            matrix.Column(i)[i] += added;
        }

        matrix.Values.CopyTo(lower, 0);
        if (PositiveDefiniteFactor.TryFactor(lower, Samples) is null)
        {
            lower[0] = double.NaN;
        }
    }

    protected override bool Prepare()
    {
        double up = Degrees + 1.0;
        double[] weights = new double[Samples];
        for (int i = 0; i < Samples; i++)
        {
            double r = targets[i] - Latent[i], s = Degrees * noise[i], d = s + r * r;
            curvatures[i] = up * (s - r * r) / (d * d);
            weights[i] = up / d;
        }

        // Where the noise of a sample is nearly nothing, not even positive weights have a factor in float64.
        inner = FactorInner(curvatures);
        isNewton = inner is not null;
        inner ??= FactorInner(weights);
        return inner is not null && double.IsFinite(lower[0]);
    }

    protected override double HalfLogDeterminant() => isNewton ? 0.5 * inner!.LogDeterminant() : double.NaN;

    /// <summary>
    /// Newton's point a = b − W Σ b with b = W f + ∇ log p; or, without one, that of least squares with the weights
    /// (ν + 1)/(ν σ² + r²).
    /// </summary>
    protected override double[] Step()
    {
        double[] weights = new double[Samples], right = new double[Samples];
        double up = Degrees + 1.0;
        for (int i = 0; i < Samples; i++)
        {
            double r = targets[i] - Latent[i], own = up / (Degrees * noise[i] + r * r);
            weights[i] = isNewton ? curvatures[i] : own;
            right[i] = isNewton ? curvatures[i] * Latent[i] + own * r : own * targets[i];
        }

        double[] latent = Posterior(right);
        TensorPrimitives.Multiply(latent, weights, latent);
        TensorPrimitives.Subtract(right, latent, right);
        return right;
    }

    protected override double Objective(double[] weights, double[] latent)
    {
        double sum = Samples * LogScale() - 0.5 * noise.Sum(Math.Log)
            - 0.5 * TensorPrimitives.Dot<double>(weights, latent);
        for (int i = 0; i < Samples; i++)
        {
            double r = targets[i] - latent[i];
            sum -= 0.5 * (Degrees + 1.0) * SpecialFunctions.Log1p(r * r / (Degrees * noise[i]));
        }

        return sum;
    }

    private static double[] Repeated(double value, int count)
    {
        double[] values = new double[count];
        Array.Fill(values, value);
        return values;
    }

    /// <summary>log Γ((ν + 1)/2) − log Γ(ν/2) − ½ log(π ν).</summary>
    private double LogScale() => Degrees > ManyDegrees
        ? -0.25 / Degrees + 1.0 / (24.0 * Degrees * Degrees * Degrees) - 0.5 * Math.Log(2.0 * Math.PI)
        : SpecialFunctions.GammaLn(0.5 * (Degrees + 1.0)) - SpecialFunctions.GammaLn(0.5 * Degrees)
            - 0.5 * Math.Log(Math.PI * Degrees);

    /// <summary>The derivative of that with respect to ν.</summary>
    private double LogScaleSlope() => Degrees > ManyDegrees
        ? 0.25 / (Degrees * Degrees) - 0.125 / Math.Pow(Degrees, 4)
        : 0.5 * (SpecialFunctions.DiGamma(0.5 * (Degrees + 1.0)) - SpecialFunctions.DiGamma(0.5 * Degrees)
            - 1.0 / Degrees);

    /// <summary>The factor of I + Lᵀ W L, which is positive definite where K⁻¹ + W is.</summary>
    private PositiveDefiniteFactor? FactorInner(double[] weights)
    {
        double[] scaled = [.. lower];
        GramMatrix.Of(scaled, Samples).FillColumns(isSymmetric: false, (_, firstRow, values, _) =>
            TensorPrimitives.Multiply(values, weights.AsSpan(firstRow, values.Length), values));
        double[] product = Matrix<double>.Build.Dense(Samples, Samples, lower).TransposeThisAndMultiply(
            Matrix<double>.Build.Dense(Samples, Samples, scaled)).AsColumnMajorArray();
        for (int i = 0; i < Samples; i++)
        {
            product[i * Samples + i] += 1.0;
        }

        return PositiveDefiniteFactor.TryFactor(product, Samples);
    }

    /// <summary>Σ v = L (I + Lᵀ W L)⁻¹ Lᵀ v.</summary>
    private double[] Posterior(double[] vector)
    {
        Matrix<double> l = Matrix<double>.Build.Dense(Samples, Samples, lower);
        double[] inside = l.TransposeThisAndMultiply(Vector<double>.Build.Dense(vector)).AsArray();
        inner!.Solve(inside);
        return l.Multiply(Vector<double>.Build.Dense(inside)).AsArray();
    }

    /// <summary>½ a aᵀ − ½ (K + W⁻¹)⁻¹ + ½ (u aᵀ + a uᵀ), u = (I + W K)⁻¹ s.</summary>
    private GramMatrix WithWeights(GramMatrix precision, double[] curvatureSlopes)
    {
        double[] moved = precision.ToMatrix().Multiply(
            Vector<double>.Build.Dense(Times(curvatureSlopes))).AsArray();
        TensorPrimitives.Subtract(curvatureSlopes, moved, moved);
        double[] a = Weights;
        precision.FillColumns(isSymmetric: false, (column, firstRow, values, _) =>
        {
            int rows = values.Length;
            TensorPrimitives.Multiply(values, -0.5, values);
            TensorPrimitives.MultiplyAdd(
                a.AsSpan(firstRow, rows), 0.5 * (a[column] + moved[column]), values, values);
            TensorPrimitives.MultiplyAdd(moved.AsSpan(firstRow, rows), 0.5 * a[column], values, values);
        });
        return precision;
    }
}
