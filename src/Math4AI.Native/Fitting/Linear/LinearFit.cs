using System.Globalization;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Linear;

/// <summary>
/// A linear predictor f(x) = w·x + b, as <see cref="LogisticRegression"/> and <see cref="RidgeRegression"/> find it.
/// </summary>
/// <param name="Weights">The weights w, one for each input.</param>
/// <param name="Intercept">The intercept b.</param>
/// <param name="Cost">The cost at w and b, with the penalty.</param>
/// <param name="GradientNorm">The norm of the gradient relative to that at w = 0, b = 0.</param>
/// <param name="Passes">The number of passes over all samples.</param>
/// <param name="IsConverged">Whether the gradient's norm is below the tolerance.</param>
/// <param name="Seconds">The wall-clock time in seconds.</param>
public sealed record LinearFit(
    Vector<double> Weights, double Intercept, double Cost, double GradientNorm, int Passes, bool IsConverged,
    double Seconds)
{
    /// <summary>
    /// Returns f(x) = w·x + b of every sample: the prediction of a ridge regression, the log-odds of a logistic one.
    /// </summary>
    /// <param name="inputs">X, samples × inputs.</param>
    /// <exception cref="ArgumentException">X has another number of columns than there are weights.</exception>
    public Vector<double> Predict(Matrix<double> inputs)
    {
        SampleRows.RequireFinite(inputs);
        return inputs.ColumnCount == Weights.Count
            ? inputs * Weights + Intercept
            : throw new ArgumentException(
                $"X has {FitText.Count(inputs.ColumnCount, "column")}, and there are {Weights.Count} weights.",
                nameof(inputs));
    }

    /// <summary>Returns how the fit ended, with the numbers of weights and passes and the cost.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{FitText.Count(Weights.Count, "weight")}, {(IsConverged ? "converged" : "did NOT converge")} in "
        + $"{(Passes == 1 ? "1 pass" : $"{Passes} passes")}: cost "
        + $"{Cost:G6}, gradient norm "
        + $"{GradientNorm:G3} of that at 0");
}
