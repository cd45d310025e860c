using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting;

/// <summary>What predictions with bands need to know of a fit.</summary>
/// <param name="Model">f.</param>
/// <param name="Distance">The distance.</param>
/// <param name="Parameters">θ*.</param>
/// <param name="Covariance">The covariance of θ*.</param>
/// <param name="Deviation">
/// The standard deviation of an observation of weight 1: s of least squares, 1 where σ is absolute, or the scale.
/// </param>
/// <param name="DegreesOfFreedom">The degrees of freedom of Student's t; 0 for the normal distribution.</param>
/// <param name="HasSigma">Whether observations have a σ each, so that a new one needs its own.</param>
internal sealed record Predictor(
    Model Model,
    Distance Distance,
    Vector<double> Parameters,
    Matrix<double> Covariance,
    double Deviation,
    int DegreesOfFreedom,
    bool HasSigma)
{
    /// <summary>The quantile of a standardized estimate.</summary>
    public double Quantile(double level)
    {
        if (!(level > 0.0 && level < 1.0))
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "A level lies between 0 and 1.");
        }

        double upper = 0.5 * (1.0 + level);
        return DegreesOfFreedom > 0
            ? StudentT.InvCDF(0.0, 1.0, DegreesOfFreedom, upper)
            : Normal.InvCDF(0.0, 1.0, upper);
    }

    /// <inheritdoc cref="FitResult.Predict"/>
    public Prediction Predict(Matrix<double> inputs, double level, int output, Vector<double>? sigma)
    {
        SampleRows.RequireFinite(inputs);
        ArgumentOutOfRangeException.ThrowIfNegative(output);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(output, Model.Outputs);
        if (sigma is not null && sigma.Count != inputs.RowCount)
        {
            throw new ArgumentException(
                $"{FitText.ThereAre(sigma.Count, "standard deviation")} for "
                + $"{FitText.Count(inputs.RowCount, "sample")}.", nameof(sigma));
        }

        Matrix<double> predicted = Model.EvaluateAll(inputs, Parameters);
        int samples = inputs.RowCount;
        Matrix<double> jacobian =
            Model.Jacobian(inputs, Parameters).SubMatrix(output * samples, samples, 0, Parameters.Count);
        double[] variance = Variances(jacobian);
        double quantile = Quantile(level);
        var confidence = new Interval[samples];
        var observation = new Interval[samples];
        for (int i = 0; i < samples; i++)
        {
            double f = predicted[i, output], half = quantile * Math.Sqrt(variance[i]);
            double deviation = Deviation * (sigma?[i] ?? (HasSigma ? double.NaN : 1.0));
            double noise = Distance.Noise == NoiseModel.LeastSquares
                ? quantile * deviation
                : Distance.NoiseWidth(level, deviation, predicted.Row(i).AsArray() ?? predicted.Row(i).ToArray());
            double whole = Math.Sqrt(half * half + noise * noise);
            confidence[i] = new Interval(Distance.Mean(f - half), Distance.Mean(f + half));
            observation[i] = new Interval(f - whole, f + whole);
        }

        return new Prediction(predicted.Column(output).Map(Distance.Mean, Zeros.Include), confidence, observation);
    }

    /// <summary>Returns gᵀ C g for each row g of a Jacobian, where C is the covariance of the parameters.</summary>
    private double[] Variances(Matrix<double> jacobian)
    {
        // Such sums need no matrix product, and so no page of a short fit loads MKL, which takes longer than the fit.
        const int FewParameters = 8;
        if (jacobian.ColumnCount > FewParameters)
        {
            return (jacobian * Covariance).PointwiseMultiply(jacobian).RowSums().ToArray();
        }

        double[][] columns = jacobian.ToColumnArrays();
        var sums = new double[jacobian.RowCount];
        for (int j = 0; j < columns.Length; j++)
        {
            for (int k = 0; k <= j; k++)
            {
                double factor = j == k ? Covariance[j, k] : Covariance[j, k] + Covariance[k, j];
                for (int i = 0; i < sums.Length; i++)
                {
                    sums[i] += factor * columns[j][i] * columns[k][i];
                }
            }
        }

        return sums;
    }
}
