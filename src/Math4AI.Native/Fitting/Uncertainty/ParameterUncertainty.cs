using System.Numerics.Tensors;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Solving;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Uncertainty;

/// <summary>How uncertain the parameters of a fit are, from how the cost bends at its minimum.</summary>
/// <param name="Covariance">Over all of θ, with zeros for what is fixed.</param>
/// <param name="Sandwich">
/// The same where the noise model does not hold; null if single samples' gradients are not known.
/// </param>
internal sealed record ParameterUncertainty(Matrix<double> Covariance, Matrix<double>? Sandwich)
{
    // A Hessian by differences takes two gradients for each parameter.
    private const int MaxParametersForHessian = 500;

    // Sums over the rows of so few parameters are added up here: to load MKL for them takes longer than a short fit.
    private const int MaxByLoops = 8;

    /// <summary>
    /// How much each observation counts in its own prediction; null if single samples' gradients are not known.
    /// </summary>
    public Lazy<Vector<double>>? Leverage { get; private init; }

    /// <summary>
    /// d′/√d″ of each observation: of likelihoods Pearson's residual, of squares √2 (f − y); null as before, and of
    /// distances with a corner.
    /// </summary>
    public Vector<double>? Standardized { get; private init; }

    /// <summary>
    /// The standard errors where the variances may lie beyond the range of float64; null where they are the roots of
    /// the covariance's diagonal.
    /// </summary>
    public Vector<double>? StandardErrors { get; private init; }

    /// <summary>
    /// How much wider than χ² the likelihood ratio of a free parameter is distributed, by the parameter's name, where
    /// the likelihood has a corner; null where it has none.
    /// </summary>
    public Func<string, double>? LikelihoodRatioFactor { get; private init; }

    /// <summary>The uncertainty, with the parameters that bounds hold taken as fixed.</summary>
    /// <param name="cost">C.</param>
    /// <param name="problem">The problem that it belongs to.</param>
    /// <param name="held">The parameters that bounds hold, with their values.</param>
    /// <param name="minimum">The minimum of C.</param>
    public static ParameterUncertainty Of(
        IFitCost cost, FitProblem problem, IReadOnlyDictionary<string, double> held, Minimum minimum)
    {
        if (held.Count == 0)
        {
            return AtMinimum(cost, problem, minimum);
        }

        if (held.Count == cost.Unknowns.Free.Count)
        {
            return OfNothing(cost, problem, minimum);
        }

        IFitCost rest = cost.With(problem with
        {
            Fixed = problem.Fixed.Concat(held).ToDictionary(pair => pair.Key, pair => pair.Value),
            Linear = [],
        });
        double[] theta = cost.Unknowns.Completed(minimum.Parameters.AsArray());
        double[] left = rest.Unknowns.Of(theta, problem.Distance.HasScale ? minimum.Parameters[^1] : 0.0);
        return AtMinimum(
            rest, problem, minimum with { Parameters = Vector<double>.Build.Dense(left), Cost = rest.Value(left) });
    }

    private static ParameterUncertainty AtMinimum(IFitCost cost, FitProblem problem, Minimum minimum) =>
        !cost.HasRows ? OfHessian(cost, problem, minimum)
        : problem.Distance.HasCorner ? OfCorner(cost, problem, minimum)
        : OfRows(cost, problem, minimum);

    /// <summary>Where each sample's own derivatives are known.</summary>
    private static ParameterUncertainty OfRows(IFitCost cost, FitProblem problem, Minimum minimum)
    {
        double[] at = minimum.Parameters.AsArray();
        int count = cost.Unknowns.Count;
        bool isSquared = problem.Distance.Noise == NoiseModel.LeastSquares;
        if (!isSquared)
        {
            CornerCheck.Run(cost, problem.Distance, at);
        }

        var factors = new StreamedQr(count);
        ParameterUnits? units = null;
        Matrix<double> squares = Matrix<double>.Build.Dense(count, count);
        var standardized = new List<double>();
        double ofSamples = -cost.Unknowns.PriorCost(at);
        cost.VisitRows(at, (ofBlock, samples, residuals, jacobian) =>
        {
            ofSamples += ofBlock;
            units ??= ParameterUnits.Of(jacobian, residuals.Length);
            factors.Add(Scaled(units, jacobian), residuals);
            Matrix<double> scores = Scores(samples, residuals, jacobian, count, problem.Distance.HasScale);
            AddSquares(scores, squares);
            standardized.AddRange(residuals[..samples]);
        });
        Matrix<double> scaled = Inverses.OfSquare(factors, count), inverse = WithUnits(scaled, units!);
        // Beside an edge the cost has no differences; on it the information of the rows there holds θ.
        Matrix<double> hessian = isSquared || DistanceEdge.Count(cost, problem.Distance, minimum.Parameters) > 0
            ? 0.5 * inverse
            : Inverses.OfHessianOrElse(CostHessian.Of(cost, problem, minimum.Parameters, ofSamples), 0.5 * inverse);
        Matrix<double> sandwich = hessian * squares * hessian;
        Matrix<double> covariance = isSquared ? inverse * NoiseVariance(cost, problem, ofSamples)
            : problem.Distance.IsLikelihood ? hessian * ScaleFactor(cost, problem)
            : hessian * FreedSquares(cost, at, inverse) * hessian;
        return new ParameterUncertainty(cost.Unknowns.Complete(covariance), cost.Unknowns.Complete(sandwich))
        {
            Leverage = new Lazy<Vector<double>>(() => OfEachRow(cost, at, scaled, units!)),
            Standardized = Vector<double>.Build.Dense([.. standardized]) * Math.Sqrt(2.0),
            StandardErrors = isSquared && !units!.AreOne
                ? cost.Unknowns.Complete(ErrorsWithUnits(scaled, units, NoiseVariance(cost, problem, ofSamples)))
                : null,
        };
    }

    /// <summary>Standard errors whose squares may overflow or underflow, as those of a covariance would.</summary>
    private static Vector<double> ErrorsWithUnits(Matrix<double> scaled, ParameterUnits units, double variance) =>
        Vector<double>.Build.Dense(
            scaled.RowCount, j => units[j] * Math.Sqrt(scaled[j, j]) * Math.Sqrt(variance));

    private static double[] Scaled(ParameterUnits units, ReadOnlySpan<double> jacobian)
    {
        double[] scaled = jacobian.ToArray();
        units.Scale(scaled);
        return scaled;
    }

    private static Matrix<double> WithUnits(Matrix<double> scaled, ParameterUnits units) =>
        units.AreOne ? scaled : scaled.MapIndexed((i, j, value) => value * units[i] * units[j], Zeros.Include);

    /// <summary>s² of least squares, C/(n − k), for a weight of 1; 1 where the weights are 1/σ² with a known
    /// σ.</summary>
    private static double NoiseVariance(IFitCost cost, FitProblem problem, double ofSamples) =>
        problem.IsSigmaAbsolute ? 1.0 : ofSamples / (cost.Observations - cost.Unknowns.Free.Count);

    /// <summary>
    /// n/(n − k), where the scale of the noise is estimated with θ: the likelihood's estimate of its square is too
    /// small
    /// by that. 1 where priors tell of θ too.
    /// </summary>
    private static double ScaleFactor(IFitCost cost, FitProblem problem)
    {
        double rest = cost.Observations - cost.Unknowns.Free.Count;
        return problem.Distance.HasScale && problem.Priors.Count == 0 && rest > 0.0 ? cost.Observations / rest : 1.0;
    }

    /// <summary>
    /// Σ g_i g_iᵀ with each g_i divided by 1 − h_i, its part that its own sample has not pulled to itself. Source:
    /// J. MacKinnon and H. White, "Some heteroskedasticity-consistent covariance matrix estimators with improved finite
    /// sample properties", J. Econometrics 29 (1985).
    /// </summary>
    private static Matrix<double> FreedSquares(IFitCost cost, double[] at, Matrix<double> inverse)
    {
        const double MinRemainder = 1e-3;
        int count = inverse.RowCount;
        Matrix<double> squares = Matrix<double>.Build.Dense(count, count);
        cost.VisitRows(at, (_, samples, residuals, jacobian) =>
        {
            Matrix<double> rows = Matrix<double>.Build.Dense(residuals.Length, count, jacobian.ToArray());
            Vector<double> leverage = (rows * inverse).PointwiseMultiply(rows).RowSums();
            Matrix<double> scores = Scores(samples, residuals, jacobian, count, hasScale: false);
            for (int i = 0; i < samples; i++)
            {
                scores.SetRow(i, scores.Row(i) / Math.Max(MinRemainder, 1.0 - leverage[i]));
            }

            AddSquares(scores, squares);
        });
        return squares;
    }

    /// <summary>Adds SᵀS.</summary>
    private static void AddSquares(Matrix<double> scores, Matrix<double> squares)
    {
        int count = scores.ColumnCount, samples = scores.RowCount;
        if (count > MaxByLoops)
        {
            scores.TransposeThisAndMultiply(scores).Add(squares, squares);
            return;
        }

        ReadOnlySpan<double> columns = scores.AsColumnMajorArray();
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                squares[i, j] += TensorPrimitives.Dot(
                    columns.Slice(i * samples, samples), columns.Slice(j * samples, samples));
                squares[j, i] = squares[i, j];
            }
        }
    }

    /// <summary>The gradient of each sample's share of the cost, one row a sample; priors are no samples.</summary>
    private static Matrix<double> Scores(
        int samples, ReadOnlySpan<double> residuals, ReadOnlySpan<double> jacobian, int count, bool hasScale)
    {
        int rows = residuals.Length;
        double[] scores = new double[samples * count];
        for (int j = 0; j < count; j++)
        {
            for (int i = 0; i < samples; i++)
            {
                double ofScale = hasScale ? jacobian[j * rows + samples + i] * residuals[samples + i] : 0.0;
                scores[j * samples + i] = 2.0 * (jacobian[j * rows + i] * residuals[i] + ofScale);
            }
        }

        return Matrix<double>.Build.Dense(samples, count, scores);
    }

    private static Vector<double> OfEachRow(
        IFitCost cost, double[] at, Matrix<double> inverse, ParameterUnits units)
    {
        var leverage = new List<double>();
        cost.VisitRows(at, (_, samples, residuals, jacobian) =>
        {
            double[] scaled = Scaled(units, jacobian);
            if (inverse.RowCount <= MaxByLoops)
            {
                leverage.AddRange(Forms(scaled, residuals.Length, samples, inverse));
                return;
            }

            Matrix<double> rows = Matrix<double>.Build.Dense(residuals.Length, inverse.RowCount, scaled);
            leverage.AddRange((rows * inverse).PointwiseMultiply(rows).RowSums().Take(samples));
        });
        return Vector<double>.Build.Dense([.. leverage]);
    }

    /// <summary>rᵀ M r of the first rows r of a matrix that is given column after column, for a symmetric M.</summary>
    private static double[] Forms(ReadOnlySpan<double> columns, int rows, int count, Matrix<double> matrix)
    {
        double[] forms = new double[count];
        for (int j = 0; j < matrix.RowCount; j++)
        {
            for (int k = 0; k <= j; k++)
            {
                double factor = k == j ? matrix[j, j] : matrix[j, k] + matrix[k, j];
                ReadOnlySpan<double> a = columns.Slice(j * rows, count), b = columns.Slice(k * rows, count);
                for (int i = 0; i < count; i++)
                {
                    forms[i] += factor * a[i] * b[i];
                }
            }
        }

        return forms;
    }

    /// <summary>Of a distance with a corner.</summary>
    private static ParameterUncertainty OfCorner(IFitCost cost, FitProblem problem, Minimum minimum)
    {
        double[] at = minimum.Parameters.AsArray();
        FreeParameters unknowns = cost.Unknowns;
        var corner =
            new CornerUncertainty(unknowns.Free.Count, problem.Distance, problem.Distance.HasScale ? at[^1] : 0.0);
        cost.VisitSlopes(at, corner.Add);
        double[] priors = [.. unknowns.Priors.Select((prior, i) => prior?.Curvature(at[i]) ?? 0.0)];
        var leverage = new Lazy<Vector<double>>(() =>
        {
            var all = new List<double>();
            Matrix<double> inverse = corner.Inverse;
            cost.VisitSlopes(at, (_, _, weights, jacobian) => all.AddRange(
                (jacobian * inverse).PointwiseMultiply(jacobian).RowSums().Select((share, i) => share * weights[i])));
            return Vector<double>.Build.Dense([.. all]);
        });
        Matrix<double> sandwich = corner.Sandwich(priors);
        if (!problem.Distance.IsLikelihood)
        {
            return new ParameterUncertainty(unknowns.Complete(sandwich), unknowns.Complete(sandwich))
            {
                Leverage = leverage,
            };
        }

        var laplace = new LaplaceUncertainty(cost, at);
        double scale = LaplaceScale(cost, problem), information = corner.Information / (scale * scale);
        Matrix<double> covariance =
            laplace.Covariance(corner.InverseWith(information, priors), information, priors);
        return new ParameterUncertainty(unknowns.Complete(covariance), unknowns.Complete(sandwich))
        {
            LikelihoodRatioFactor =
                name => laplace.Factor(unknowns.Free.ToList().FindIndex(j => unknowns.Names[j] == name)),
            Leverage = leverage,
        };
    }

    /// <summary>2n/(2n − k), where the scale is estimated: the likelihood's estimate is too small by that. 1 where
    /// priors tell of θ too.</summary>
    private static double LaplaceScale(IFitCost cost, FitProblem problem)
    {
        double twice = 2.0 * cost.Observations, rest = twice - cost.Unknowns.Free.Count;
        return problem.Distance.HasScale && problem.Priors.Count == 0 ? twice / rest : 1.0;
    }

    /// <summary>By the Hessian alone.</summary>
    private static ParameterUncertainty OfHessian(IFitCost cost, FitProblem problem, Minimum minimum)
    {
        int count = cost.Unknowns.Count;
        if (count > MaxParametersForHessian)
        {
            throw new NotSupportedException(
                $"The Hessian of {count} parameters is not computed: uncertainties are known of models with up to "
                + $"{MaxParametersForHessian}.");
        }

        double ofSamples = minimum.Cost - cost.Unknowns.PriorCost(minimum.Parameters.AsArray());
        bool isSquared = problem.Distance.Noise == NoiseModel.LeastSquares;
        if (problem.Distance.HasCorner || !(isSquared || problem.Distance.IsLikelihood))
        {
            return new ParameterUncertainty(
                cost.Unknowns.Complete(Matrix<double>.Build.Dense(count, count, double.NaN)), null);
        }

        Matrix<double> infinite = Matrix<double>.Build.Dense(count, count, double.PositiveInfinity);
        Matrix<double> inverse =
            Inverses.OfHessianOrElse(CostHessian.Of(cost, problem, minimum.Parameters, ofSamples), infinite);

        // Of squares the Hessian is 2 JᵀJ, and the noise is what they leave.
        double noise = isSquared ? 2.0 * NoiseVariance(cost, problem, ofSamples) : ScaleFactor(cost, problem);
        return new ParameterUncertainty(cost.Unknowns.Complete(noise * inverse), null);
    }

    /// <summary>
    /// Where bounds hold every parameter: nothing is uncertain, and no sample counts in its own prediction.
    /// </summary>
    private static ParameterUncertainty OfNothing(IFitCost cost, FitProblem problem, Minimum minimum)
    {
        Matrix<double> none = Matrix<double>.Build.Dense(cost.Unknowns.Names.Count, cost.Unknowns.Names.Count);
        if (!cost.HasRows)
        {
            return new ParameterUncertainty(none, null);
        }

        var standardized = new List<double>();
        cost.VisitRows(minimum.Parameters.AsArray(), (_, samples, residuals, _) =>
        {
            foreach (double residual in residuals[..samples])
            {
                standardized.Add(Math.Sqrt(2.0) * residual);
            }
        });
        return new ParameterUncertainty(none, none)
        {
            Leverage = new Lazy<Vector<double>>(() => Vector<double>.Build.Dense(standardized.Count)),
            Standardized = problem.Distance.HasCorner ? null : Vector<double>.Build.Dense([.. standardized]),
        };
    }
}
