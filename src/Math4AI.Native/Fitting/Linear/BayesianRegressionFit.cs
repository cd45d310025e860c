using System.Globalization;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Probability.Forecasts;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Linear;

/// <summary>
/// What <see cref="BayesianRegression"/> knows after the data: w and b are normal, and so is a new observation, with
/// the hyperparameters σ and s as they are.
/// </summary>
public sealed class BayesianRegressionFit
{
    private readonly CenteredRegression samples;
    private readonly int[] used;

    // √ρ_j and the singular values and vectors of X √R: the covariance of w is σ² √R (I + R^½ Xᵀ X R^½)⁻¹ √R.
    private readonly double[] roots;
    private readonly Vector<double> singular;
    private readonly Matrix<double> vectors;

    internal BayesianRegressionFit(CenteredRegression samples, EvidenceMaximum found)
    {
        (this.samples, Iterations, IsConverged) = (samples, found.Iterations, found.IsConverged);
        used = [.. Enumerable.Range(0, found.Ratios.Length).Where(k => found.Ratios[k] > 0.0)];
        roots = [.. used.Select(k => Math.Sqrt(found.Ratios[k]))];
        int rank = used.Length == 0 ? 0 : samples.Coordinates.Length;
        Matrix<double> design = Matrix<double>.Build.Dense(
            Math.Max(rank, 1), Math.Max(used.Length, 1),
            (i, k) => rank == 0 ? 0.0 : samples.Columns[used[k]][i] * roots[k]);
        ThinSvd<double> svd = ThinSvd.Of(design);
        (singular, vectors) = (svd.S, svd.VT);
        Vector<double> y = Vector<double>.Build.Dense(design.RowCount, i => rank == 0 ? 0.0 : samples.Coordinates[i]);
        Vector<double> z = svd.U.TransposeThisAndMultiply(y), shrink = singular.Map(d => 1.0 + d * d, Zeros.Include);
        double outside = rank == 0 ? samples.OutsideSquares + samples.Coordinates.Sum(value => value * value)
            : samples.OutsideSquares + Math.Pow((y - svd.U * z).L2Norm(), 2);
        double variance = found.NoiseVariance;
        NoiseDeviation = Math.Sqrt(variance) * samples.TargetScale;
        EffectiveParameters = singular.Sum(d => d * d / (1.0 + d * d));
        LogEvidence = -0.5 * (samples.Freedom * (Math.Log(2.0 * Math.PI * variance)
            + 2.0 * Math.Log(samples.TargetScale)) + shrink.Sum(Math.Log)
            + (outside + z.PointwiseMultiply(z).PointwiseDivide(shrink).Sum()) / variance + Math.Log(samples.Samples));
        (Weights, WeightDeviations, PriorDeviations) = (Zero(), Zero(), Zero());
        Intercept = samples.TargetMean - SetWeights(vectors.TransposeThisAndMultiply(
            singular.PointwiseMultiply(z).PointwiseDivide(shrink)));
    }

    /// <summary>Gets the means of the weights, one for each input.</summary>
    public Vector<double> Weights { get; }

    /// <summary>Gets the standard deviations of the weights; 0 where an input has no weight.</summary>
    public Vector<double> WeightDeviations { get; }

    /// <summary>Gets the mean of the intercept b.</summary>
    public double Intercept { get; }

    /// <summary>Gets the standard deviation of the intercept.</summary>
    public double InterceptDeviation => MeanDeviation(new double[samples.Inputs]);

    /// <summary>Gets the deviation σ of the noise, in the unit of y.</summary>
    public double NoiseDeviation { get; }

    /// <summary>Gets the deviations s_j of the weights before the data; 0 where an input has no weight.</summary>
    public Vector<double> PriorDeviations { get; }

    /// <summary>
    /// Gets γ = Σ λ_i/(λ_i + 1), the number of weights that the data determine rather than the prior, without b; λ are
    /// the eigenvalues of S^½ Xᵀ X S^½/σ² with X centered.
    /// </summary>
    public double EffectiveParameters { get; }

    /// <summary>
    /// Gets log p(y | σ, s) with w and b integrated out, b over the density 1 in the unit of y: log N(y − ȳ; 0, σ² I +
    /// X S Xᵀ) of the n − 1 contrasts of y and centered X, less ½ log n. Differences between models with an intercept
    /// are log Bayes factors.
    /// </summary>
    public double LogEvidence { get; }

    /// <summary>Gets the number of steps of the search for the hyperparameters.</summary>
    public int Iterations { get; }

    /// <summary>Gets whether the last step was below the tolerance.</summary>
    public bool IsConverged { get; }

    /// <summary>Gets the inputs, from 0, that are constant in the data: they have no weight.</summary>
    public IReadOnlyList<int> ConstantInputs => [.. Enumerable.Range(0, samples.Inputs).Except(samples.Varying)];

    /// <summary>Computes the covariance of the weights, inputs × inputs.</summary>
    public Matrix<double> Covariance()
    {
        Matrix<double> covariance = Matrix<double>.Build.Dense(samples.Inputs, samples.Inputs);
        Matrix<double> scaled = Matrix<double>.Build.Dense(
            vectors.RowCount, vectors.ColumnCount, (i, k) => vectors[i, k] * Shrinkage(i));
        Matrix<double> inner = vectors.TransposeThisAndMultiply(scaled);
        for (int k = 0; k < used.Length; k++)
        {
            for (int l = 0; l < used.Length; l++)
            {
                int row = samples.Varying[used[k]], column = samples.Varying[used[l]];
                covariance[row, column] = PriorDeviations[row] * PriorDeviations[column]
                    * (inner[k, l] + (HasOutside && k == l ? 1.0 : 0.0));
            }
        }

        return covariance;
    }

    /// <summary>Predicts a new observation of each sample, noise and the doubt about w and b included.</summary>
    /// <param name="inputs">X, samples × inputs.</param>
    /// <exception cref="ArgumentException">X has another number of columns, or a value is not finite.</exception>
    public IReadOnlyList<PredictiveDistribution> Predict(Matrix<double> inputs)
    {
        SampleRows.RequireFinite(inputs);
        if (inputs.ColumnCount != Weights.Count)
        {
            throw new ArgumentException(
                $"X has {FitText.Count(inputs.ColumnCount, "column")}, and there are {Weights.Count} weights.",
                nameof(inputs));
        }

        return [.. inputs.EnumerateRows().Select(row => PredictiveDistribution.OfNormal(
            row.DotProduct(Weights) + Intercept, double.Hypot(MeanDeviation(row.ToArray()), NoiseDeviation)))];
    }

    /// <summary>Returns the numbers of weights, the hyperparameters and the evidence in one line.</summary>
    public override string ToString()
    {
        string constant = ConstantInputs.Count == 0 ? string.Empty
            : $", {FitText.Count(ConstantInputs.Count, "constant input")} without a weight";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{used.Length} of {FitText.Count(samples.Inputs, "input")} with a weight{constant}, "
            + $"{(IsConverged ? "converged" : "did NOT converge")} in {FitText.Count(Iterations, "step")}: noise "
            + $"{NoiseDeviation:G6}, {EffectiveParameters:G4} effective parameters, log evidence {LogEvidence:G6}");
    }

    /// <summary>Brings the weights into the units of X and y, and returns w·x at the mean of X.</summary>
    private double SetWeights(Vector<double> means)
    {
        double atMean = 0.0;
        for (int k = 0; k < used.Length; k++)
        {
            int input = samples.Varying[used[k]];
            Weights[input] = means[k] * roots[k] * (samples.TargetScale / samples.Scales[used[k]]);
            PriorDeviations[input] = roots[k] * NoiseDeviation / samples.Scales[used[k]];
            WeightDeviations[input] = Math.Sqrt(Variance(Unit(k))) * PriorDeviations[input];
            atMean += Weights[input] * samples.Means[used[k]];
        }

        return atMean;
    }

    // Fewer vectors than weights leave directions in which the data say nothing.
    private bool HasOutside => vectors.RowCount < vectors.ColumnCount;

    private Vector<double> Zero() => Vector<double>.Build.Dense(samples.Inputs);

    private Vector<double> Unit(int place) => Vector<double>.Build.Dense(used.Length, k => k == place ? 1.0 : 0.0);

    /// <summary>What the data leave of the prior variance along a vector; less 1 where there are others.</summary>
    private double Shrinkage(int i)
    {
        double squared = singular[i] * singular[i];
        return HasOutside ? -squared / (1.0 + squared) : 1.0 / (1.0 + squared);
    }

    /// <summary>uᵀ (I + R^½ Xᵀ X R^½)⁻¹ u.</summary>
    private double Variance(Vector<double> u)
    {
        Vector<double> along = vectors * u;
        double inside = along.PointwiseMultiply(along)
            .PointwiseDivide(singular.Map(d => 1.0 + d * d, Zeros.Include)).Sum();
        return HasOutside ? inside + Math.Pow((u - vectors.TransposeThisAndMultiply(along)).L2Norm(), 2) : inside;
    }

    /// <summary>The deviation of w·x + b.</summary>
    private double MeanDeviation(double[] row)
    {
        double ofMean = NoiseDeviation / Math.Sqrt(samples.Samples);
        if (used.Length == 0)
        {
            return ofMean;
        }

        Vector<double> u = Vector<double>.Build.Dense(used.Length, k =>
            (row[samples.Varying[used[k]]] - samples.Means[used[k]]) / samples.Scales[used[k]] * roots[k]);
        return double.Hypot(ofMean, NoiseDeviation * Math.Sqrt(Variance(u)));
    }
}
