using Math4AI.Data.Models;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Math4AI.Training.Learners.Uncertain;

/// <summary>
/// The posterior of the last layer's weights about those that were learned, with a normal prior of precision α: the
/// negative log posterior's Hessian is A ⊗ B + α I, where A = Φᵀ Φ of the features with a 1 beside them, and B is 1/σ²
/// of numbers, and the mean of diag(p) − p pᵀ of classes (the Kronecker-factored Gauss–Newton matrix). α, and σ² of
/// numbers, make the data most probable. Sources: E. Daxberger et al., "Laplace Redux", NeurIPS 34 (2021); D. MacKay,
/// "Bayesian interpolation", Neural Computation 4 (1992), for α and σ².
/// </summary>
internal sealed class LastLayerLaplace
{
    private const int Rounds = 50;
    private const double MinVariance = 1e-12;

    private readonly Matrix<double> directions;
    private readonly double[] curvatures;
    private readonly Matrix<double> turn;
    private readonly double[] outputCurvatures;
    private readonly double precision;

    private LastLayerLaplace(
        (Matrix<double> Directions, double[] Curvatures) inputs, (Matrix<double> Turn, double[] Curvatures) outputs,
        double precision, double noiseVariance)
    {
        (directions, curvatures) = inputs;
        (turn, outputCurvatures) = outputs;
        (this.precision, NoiseVariance) = (precision, noiseVariance);
    }

    /// <summary>Gets σ² of numbers, in the unit of the outputs; 0 for classes.</summary>
    public double NoiseVariance { get; }

    /// <summary>Gets the number of features, with the 1.</summary>
    public int Features => curvatures.Length;

    /// <summary>Gets the number of outputs.</summary>
    public int Outputs => outputCurvatures.Length;

    /// <summary>Approximates the posterior of numbers.</summary>
    /// <param name="features">Samples × features, with the 1.</param>
    /// <param name="weights">The weights, one a feature.</param>
    /// <param name="residuals">Targets less outputs.</param>
    public static LastLayerLaplace OfNumbers(
        Matrix<double> features, Vector<double> weights, Vector<double> residuals)
    {
        (Matrix<double> directions, double[] curvatures) = Eigen(features.TransposeThisAndMultiply(features));
        double square = residuals * residuals, norm = weights * weights;
        double variance = Math.Max(MinVariance, square / features.RowCount), precision = 1.0;
        for (int round = 0; round < Rounds; round++)
        {
            double known = curvatures.Sum(a => a / (a + variance * precision));
            precision = Math.Max(MinVariance, known) / Math.Max(MinVariance, norm);
            variance = Math.Max(MinVariance, square / Math.Max(1.0, features.RowCount - known));
        }

        return new LastLayerLaplace(
            (directions, curvatures), (Matrix<double>.Build.DenseIdentity(1), [1.0 / variance]), precision, variance);
    }

    /// <summary>Approximates the posterior of classes.</summary>
    /// <param name="features">Samples × features, with the 1.</param>
    /// <param name="weights">Features × classes.</param>
    /// <param name="probabilities">Samples × classes.</param>
    public static LastLayerLaplace OfClasses(
        Matrix<double> features, Matrix<double> weights, Matrix<double> probabilities)
    {
        (Matrix<double> directions, double[] curvatures) = Eigen(features.TransposeThisAndMultiply(features));
        Matrix<double> spread =
            Matrix<double>.Build.DenseOfDiagonalVector(probabilities.ColumnSums() / probabilities.RowCount)
            - probabilities.TransposeThisAndMultiply(probabilities) / probabilities.RowCount;
        (Matrix<double> turn, double[] outputs) = Eigen(spread);
        double norm = Math.Max(MinVariance, Math.Pow(weights.FrobeniusNorm(), 2.0)), precision = 1.0;
        for (int round = 0; round < Rounds; round++)
        {
            double known = curvatures.Sum(a => outputs.Sum(b => a * b / (a * b + precision)));
            precision = Math.Max(MinVariance, known) / norm;
        }

        return new LastLayerLaplace((directions, curvatures), (turn, outputs), precision, 0.0);
    }

    /// <summary>Returns the posterior with another precision of the prior.</summary>
    /// <param name="other">The precision, more than 0.</param>
    public LastLayerLaplace WithPrecision(double other) =>
        new((directions, curvatures), (turn, outputCurvatures), other, NoiseVariance);

    /// <summary>Returns the posterior of numbers with another variance of the noise.</summary>
    /// <param name="variance">σ², more than 0.</param>
    public LastLayerLaplace WithNoise(double variance) => new(
        (directions, curvatures), (turn, [1.0 / Math.Max(MinVariance, variance)]), precision,
        Math.Max(MinVariance, variance));

    /// <summary>
    /// Returns the standard deviations of the outputs along the directions of <see cref="Along"/>, samples × outputs.
    /// </summary>
    /// <param name="features">Samples × features, with the 1.</param>
    public Matrix<double> Deviations(Matrix<double> features)
    {
        Matrix<double> squares = (features * directions).PointwisePower(2.0);
        Matrix<double> inverse = Matrix<double>.Build.Dense(
            Features, Outputs, (i, j) => 1.0 / (curvatures[i] * outputCurvatures[j] + precision));
        return (squares * inverse).PointwiseSqrt();
    }

    /// <summary>Turns numbers along the directions of the outputs' posterior, samples × outputs, to outputs.</summary>
    /// <param name="numbers">Samples × outputs.</param>
    public Matrix<double> Along(Matrix<double> numbers) => numbers.TransposeAndMultiply(turn);

    /// <summary>Reads it from arrays.</summary>
    /// <exception cref="InvalidDataException">The arrays do not fit.</exception>
    public static LastLayerLaplace Read(ModelArrays arrays, int features, int outputs)
    {
        double[] curvatures = arrays.Vector("laplace.curvatures", features);
        double[] outputCurvatures = arrays.Vector("laplace.outputs", outputs);
        double[] scales = arrays.Vector("laplace.scales", 2);
        return scales[0] > 0.0 && scales[1] >= 0.0 && curvatures.Concat(outputCurvatures).All(value => value >= 0.0)
            ? new LastLayerLaplace(
                (arrays.Matrix("laplace.directions", features, features), curvatures),
                (arrays.Matrix("laplace.turn", outputs, outputs), outputCurvatures), scales[0], scales[1])
            : throw new InvalidDataException("The posterior of the last layer has a negative curvature.");
    }

    public void Write(ModelArrays arrays)
    {
        arrays.Add("laplace.directions", directions);
        arrays.Add("laplace.curvatures", curvatures);
        arrays.Add("laplace.turn", turn);
        arrays.Add("laplace.outputs", outputCurvatures);
        arrays.Add("laplace.scales", [precision, NoiseVariance]);
    }

    private static (Matrix<double> Vectors, double[] Values) Eigen(Matrix<double> symmetric)
    {
        Evd<double> found = symmetric.Evd(Symmetricity.Symmetric);
        return (found.EigenVectors, [.. found.EigenValues.Select(value => Math.Max(0.0, value.Real))]);
    }
}
