using Math4AI.Fitting;
using Math4AI.Fitting.Formulas;
using Math4AI.Fitting.Linear;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability.Forecasts;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Fitting;

/// <summary>Bayesian linear regression against dense normal distributions, ridge and known answers.</summary>
public sealed class BayesianRegressionTests
{
    private static (Matrix<double> X, Vector<double> Y) Draw(int samples, int inputs, int relevant, int seed = 1)
    {
        var random = new MersenneTwister(seed);
        Matrix<double> x = Matrix<double>.Build.Dense(
            samples, inputs, (_, j) => Normal.Sample(random, 0.5 * j, 1.0 + 0.1 * j));
        Vector<double> y = Vector<double>.Build.Dense(samples, i => 3.0 + Normal.Sample(random, 0.0, 0.5)
            + Enumerable.Range(0, relevant).Sum(j => (j % 2 == 0 ? 1.0 : -0.7) * x[i, j]));
        return (x, y);
    }

    /// <summary>log N(Q y; 0, σ² I + Q X S Xᵀ Qᵀ) − ½ log n, rows of Q an orthonormal basis of the contrasts.</summary>
    private static double Dense(Matrix<double> x, Vector<double> y, double noise, Vector<double> priors)
    {
        int n = y.Count;
        Matrix<double> q = Matrix<double>.Build.Dense(n - 1, n, (i, j) =>
            (j <= i ? 1.0 : j == i + 1 ? -(i + 1.0) : 0.0) / Math.Sqrt((i + 1.0) * (i + 2.0)));
        Matrix<double> design = q * x * Matrix<double>.Build.DenseOfDiagonalVector(priors);
        Matrix<double> covariance = design.TransposeAndMultiply(design)
            + noise * noise * Matrix<double>.Build.DenseIdentity(n - 1);
        var factor = covariance.Cholesky();
        Vector<double> contrasts = q * y;
        return -0.5 * ((n - 1) * Math.Log(2.0 * Math.PI) + factor.DeterminantLn
            + contrasts.DotProduct(factor.Solve(contrasts)) + Math.Log(n));
    }

    private static BayesianRegression Settings(bool each) => new() { RelevanceDetermination = each };

    [Theory]
    [InlineData(60, 5, false)]
    [InlineData(60, 5, true)]
    [InlineData(30, 60, false)]
    [InlineData(30, 60, true)]
    public void The_evidence_is_that_of_the_dense_normal_distribution(int samples, int inputs, bool each)
    {
        (Matrix<double> x, Vector<double> y) = Draw(samples, inputs, 3);
        foreach (double? noise in new double?[] { 0.6, each || inputs < samples ? null : 0.4 })
        {
            BayesianRegressionFit fit = (Settings(each) with { NoiseDeviation = noise }).Fit(x, y);
            double known = Dense(x, y, fit.NoiseDeviation, fit.PriorDeviations);

            // What rounding of the dense covariance does to its determinant: n² ε of its condition number.
            double condition = 1.0 + Enumerable.Range(0, inputs).Sum(
                j => Math.Pow(fit.PriorDeviations[j] / fit.NoiseDeviation * x.Column(j).L2Norm(), 2));
            Assert.Equal(known, fit.LogEvidence, samples * samples * Math.ScaleB(1.0, -52) * condition);

            // Here 29 of 60 inputs explain 30 samples exactly, and the evidence grows as the noise goes to 0.
            Assert.Equal(!(each && inputs > samples && noise is null), fit.IsConverged);
        }
    }

    [Theory]
    [InlineData(60, 5, false)]
    [InlineData(60, 5, true)]
    [InlineData(40, 60, true)]
    public void At_the_maximum_the_evidence_has_no_slope(int samples, int inputs, bool each)
    {
        (Matrix<double> x, Vector<double> y) = Draw(samples, inputs, 3, seed: 2);
        BayesianRegressionFit fit = Settings(each).Fit(x, y);
        double Slope(double noise, Func<double, Vector<double>> priors) =>
            (Dense(x, y, fit.NoiseDeviation * Math.Exp(noise), priors(1e-4))
                - Dense(x, y, fit.NoiseDeviation * Math.Exp(-noise), priors(-1e-4))) / 2e-4;
        Assert.Equal(0.0, Slope(1e-4, _ => fit.PriorDeviations), 2e-5);
        if (!each)
        {
            Assert.Equal(0.0, Slope(0.0, step => fit.PriorDeviations * Math.Exp(step)), 2e-5);
            return;
        }

        for (int j = 0; j < inputs; j++)
        {
            Vector<double> moved = fit.PriorDeviations.Clone();
            if (moved[j] > 0.0)
            {
                int place = j;
                Assert.Equal(0.0, Slope(0.0, step =>
                {
                    moved[place] = fit.PriorDeviations[place] * Math.Exp(step);
                    return moved.Clone();
                }), 2e-5);
            }
            else
            {
                moved[j] = 1e-3;
                Assert.True(Dense(x, y, fit.NoiseDeviation, moved) < fit.LogEvidence);
            }
        }
    }

    [Theory]
    [InlineData(50, 4)]
    [InlineData(20, 35)]
    public void Given_hyperparameters_have_the_closed_posterior_whose_mean_is_ridge(int samples, int inputs)
    {
        (Matrix<double> x, Vector<double> y) = Draw(samples, inputs, 2);
        BayesianRegressionFit fit = new BayesianRegression { NoiseDeviation = 0.5, PriorDeviation = 0.8 }.Fit(x, y);
        Matrix<double> withOnes = x.Append(Matrix<double>.Build.Dense(samples, 1, 1.0));
        Matrix<double> covariance = (withOnes.TransposeThisAndMultiply(withOnes) / 0.25 + Matrix<double>.Build.Diagonal(
            inputs + 1, inputs + 1, j => j < inputs ? 1.0 / 0.64 : 0.0)).Inverse();
        Vector<double> mean = covariance * withOnes.TransposeThisAndMultiply(y) / 0.25;
        Assert.True((mean.SubVector(0, inputs) - fit.Weights).AbsoluteMaximum() < 1e-9);
        Assert.Equal(mean[inputs], fit.Intercept, 1e-9);
        Assert.Equal(Math.Sqrt(covariance[inputs, inputs]), fit.InterceptDeviation, 1e-9);
        Matrix<double> ofWeights = covariance.SubMatrix(0, inputs, 0, inputs);
        Assert.True((ofWeights - fit.Covariance()).L2Norm() < 1e-10);
        Assert.True((ofWeights.Diagonal().PointwiseSqrt() - fit.WeightDeviations).AbsoluteMaximum() < 1e-10);
        Assert.Equal(inputs - ofWeights.Trace() / 0.64, fit.EffectiveParameters, 1e-9);
        LinearFit ridge = new RidgeRegression { Penalty = 0.25 / 0.64 }.Fit(x, y);
        Assert.True((ridge.Weights - fit.Weights).AbsoluteMaximum() < 1e-7);

        PredictiveDistribution predicted = fit.Predict(2.0 * x)[1];
        Vector<double> row = Vector<double>.Build.DenseOfEnumerable(x.Row(1).Select(value => 2.0 * value).Append(1.0));
        Assert.Equal(row.DotProduct(mean), predicted.Mean, 1e-8);
        Assert.Equal(Math.Sqrt(0.25 + row.DotProduct(covariance * row)), predicted.Deviation, 1e-9);
    }

    [Fact]
    public void The_evidence_is_that_of_the_posterior_of_the_same_fit()
    {
        (Matrix<double> x, Vector<double> y) = Draw(25, 2, 2);
        BayesianRegressionFit fit = new BayesianRegression { NoiseDeviation = 0.7, PriorDeviation = 2.0 }.Fit(x, y);
        var problem = new FitProblem
        {
            Model = new FormulaModel(Formula.Parse("y ~ a*u + b*v + c"), ["u", "v"]),
            Inputs = x,
            Targets = y,
            Sigma = Vector<double>.Build.Dense(25, 0.7),
            IsSigmaAbsolute = true,
        };

        // An intercept that is normal and very wide: times its density at 0, the flat one.
        const double Wide = 1e5;
        LaplacePosterior laplace = FitPosterior.Laplace(problem.Fit(), new Dictionary<string, Prior>
        {
            ["a"] = Prior.Normal(0.0, 2.0),
            ["b"] = Prior.Normal(0.0, 2.0),
            ["c"] = Prior.Normal(0.0, Wide),
        });
        Assert.Equal(laplace.LogEvidence() + 0.5 * Math.Log(2.0 * Math.PI) + Math.Log(Wide), fit.LogEvidence, 1e-6);
    }

    [Fact]
    public void Relevance_determination_finds_3_of_30_inputs()
    {
        var random = new MersenneTwister(3);
        Matrix<double> x = Matrix<double>.Build.Dense(200, 30, (_, _) => Normal.Sample(random, 0.0, 1.0));
        Vector<double> y = 2.0 * x.Column(4) - x.Column(11) + 0.5 * x.Column(23)
            + Vector<double>.Build.Dense(200, _ => Normal.Sample(random, 0.0, 0.5));
        BayesianRegressionFit fit = Settings(each: true).Fit(x, y);
        Assert.Equal(
            [4, 11, 23],
            Enumerable.Range(0, 30).OrderByDescending(j => Math.Abs(fit.Weights[j])).Take(3).Order());
        foreach ((int input, double known) in new[] { (4, 2.0), (11, -1.0), (23, 0.5) })
        {
            Assert.Equal(known, fit.Weights[input], 4.0 * fit.WeightDeviations[input]);
        }

        // An input of noise alone is above the noise's mean square, and so keeps a little, in one of three.
        Assert.True(fit.Weights.Count(w => w == 0.0) >= 15, $"{fit}");
        Assert.All(
            Enumerable.Range(0, 30).Except([4, 11, 23]),
            j => Assert.True(Math.Abs(fit.Weights[j]) < 0.1, $"{fit.Weights}"));
        Assert.Equal(0.5, fit.NoiseDeviation, 0.08);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_evidence_never_falls_from_step_to_step(bool each)
    {
        (Matrix<double> x, Vector<double> y) = Draw(60, 12, 5, seed: 4);
        double last = double.NegativeInfinity;
        for (int steps = 1; steps <= 60; steps++)
        {
            BayesianRegressionFit fit = (Settings(each) with { MaxIterations = steps }).Fit(x, y);
            Assert.True(fit.LogEvidence >= last - 1e-12 * Math.Abs(last), $"{last} then {fit}");
            last = fit.LogEvidence;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Units_change_nothing_but_the_units(bool each)
    {
        (Matrix<double> x, Vector<double> y) = Draw(40, 6, 3);
        Vector<double> units = Vector<double>.Build.Dense(6, j => each ? Math.Pow(10.0, 40.0 * (j - 3)) : 1e-120);
        BayesianRegressionFit plain = Settings(each).Fit(x, y);
        BayesianRegressionFit fit = Settings(each).Fit(
            x * Matrix<double>.Build.DenseOfDiagonalVector(units), 1e100 * y + 5e100);
        Assert.Equal(plain.LogEvidence - 39.0 * Math.Log(1e100), fit.LogEvidence, 1e-9 * Math.Abs(fit.LogEvidence));
        Assert.Equal(plain.NoiseDeviation, fit.NoiseDeviation / 1e100, 1e-6);
        for (int j = 0; j < 6; j++)
        {
            Assert.Equal(plain.Weights[j], fit.Weights[j] / 1e100 * units[j], 1e-6);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Constant_inputs_have_no_weight_and_the_same_input_twice_is_no_problem(bool each)
    {
        (Matrix<double> x, Vector<double> y) = Draw(40, 3, 3);
        Matrix<double> more = x.InsertColumn(1, Vector<double>.Build.Dense(40, 0.1)).Append(x.SubMatrix(0, 40, 0, 1));
        BayesianRegressionFit fit = Settings(each).Fit(more, y);
        Assert.Equal([1], fit.ConstantInputs);
        Assert.Equal(0.0, fit.Weights[1]);
        Assert.Contains("1 constant input without a weight", fit.ToString(), StringComparison.Ordinal);
        Assert.True(fit.IsConverged);
        Assert.Equal(1.0, fit.Weights[0] + fit.Weights[4], 0.3);
        double known = Dense(more, y, fit.NoiseDeviation, fit.PriorDeviations);
        Assert.Equal(known, fit.LogEvidence, 1e-10 * Math.Abs(known));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Inputs_that_explain_nothing_have_no_weight(bool each)
    {
        Matrix<double> x = Matrix<double>.Build.Dense(21, 1, (i, _) => i - 10.0);
        Vector<double> y = x.Column(0).PointwisePower(2.0);
        BayesianRegressionFit fit = Settings(each).Fit(x, y);
        Assert.Equal(0.0, fit.Weights[0]);
        Assert.Equal(0.0, fit.PriorDeviations[0]);
        double mean = y.Sum() / 21.0, deviation = Math.Sqrt((y - mean).PointwisePower(2.0).Sum() / 20.0);
        Assert.Equal(deviation, fit.NoiseDeviation, 1e-10);
        Assert.Equal(mean, fit.Predict(x)[0].Mean, 1e-10);
        Assert.Equal(deviation * Math.Sqrt(1.0 + 1.0 / 21.0), fit.Predict(x)[0].Deviation, 1e-10);
        BayesianRegressionFit constant = (Settings(each) with { NoiseDeviation = 1.0 }).Fit(x, 0.0 * y + 7.0);
        Assert.Equal(0.0, constant.Weights[0]);
        Assert.Equal(7.0, constant.Intercept, 1e-12);
    }

    [Fact]
    public void Bad_input_is_refused_in_one_sentence()
    {
        (Matrix<double> x, Vector<double> y) = Draw(10, 2, 2);
        var regression = new BayesianRegression();
        Refuses("10 samples of X and 9 of y", regression, x, y.SubVector(0, 9));
        Refuses("2 or more", regression, x.SubMatrix(0, 1, 0, 2), y.SubVector(0, 1));
        Matrix<double> holed = x.Clone();
        holed[3, 1] = double.NaN;
        Refuses("row 4 has NaN in column 2", regression, holed, y);
        Vector<double> infinite = y.Clone();
        infinite[0] = double.PositiveInfinity;
        Refuses("Sample 1", regression, x, infinite);
        Refuses("set NoiseDeviation", regression, x, 0.0 * y);
        Refuses("leave PriorDeviation unset", Settings(each: true) with { PriorDeviation = 1.0 }, x, y);
        Vector<double> exact = x.Column(0) + 2.0 * x.Column(1);
        Refuses("exactly", regression, x, exact);
        Refuses("lost in rounding", regression with { NoiseDeviation = 1e-8 }, x, y);
        Refuses("exactly", regression with { RelevanceDetermination = true }, x, exact);
        Assert.Throws<ArgumentException>(() => regression.Fit(x, y).Predict(x.SubMatrix(0, 10, 0, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BayesianRegression { NoiseDeviation = 0.0 });
    }

    private static void Refuses(string why, BayesianRegression settings, Matrix<double> x, Vector<double> y) =>
        Assert.Contains(
            why, Assert.Throws<ArgumentException>(() => settings.Fit(x, y)).Message, StringComparison.Ordinal);

    /// <summary>
    /// Longley's data (NIST, Statistical Reference Datasets), inputs scaled to deviation 1 over n. Known answers:
    /// BayesianRidge and ARDRegression of scikit-learn, without hyperpriors, on Helmert's n − 1 contrasts of X and y
    /// without an intercept, which is its integral; the evidence of what they found by NumPy.
    /// </summary>
    [Fact]
    public void Scikit_learn_finds_the_same_of_longleys_data()
    {
        double[,] rows =
        {
            { 60323, 83.0, 234289, 2356, 1590, 107608, 1947 }, { 61122, 88.5, 259426, 2325, 1456, 108632, 1948 },
            { 60171, 88.2, 258054, 3682, 1616, 109773, 1949 }, { 61187, 89.5, 284599, 3351, 1650, 110929, 1950 },
            { 63221, 96.2, 328975, 2099, 3099, 112075, 1951 }, { 63639, 98.1, 346999, 1932, 3594, 113270, 1952 },
            { 64989, 99.0, 365385, 1870, 3547, 115094, 1953 }, { 63761, 100.0, 363112, 3578, 3350, 116219, 1954 },
            { 66019, 101.2, 397469, 2904, 3048, 117388, 1955 }, { 67857, 104.6, 419180, 2822, 2857, 118734, 1956 },
            { 68169, 108.4, 442769, 2936, 2798, 120445, 1957 }, { 66513, 110.8, 444546, 4681, 2637, 121950, 1958 },
            { 68655, 112.6, 482704, 3813, 2552, 123366, 1959 }, { 69564, 114.2, 502601, 3931, 2514, 125368, 1960 },
            { 69331, 115.7, 518173, 4806, 2572, 127852, 1961 }, { 70551, 116.9, 554894, 4007, 2827, 130081, 1962 },
        };
        Matrix<double> data = Matrix<double>.Build.DenseOfArray(rows);
        Matrix<double> x = Matrix<double>.Build.DenseOfColumnVectors(Enumerable.Range(1, 6).Select(j =>
        {
            Vector<double> centered = data.Column(j) - data.Column(j).Sum() / 16.0;
            return centered * 4.0 / centered.L2Norm();
        }));
        Same(
            Settings(each: false).Fit(x, data.Column(0)), 355.3497, -121.697794, 1e-4,
            [243.55877, 806.04203, -1180.8249, -517.94717, -649.21949, 3901.97999]);

        // Of all inputs scikit-learn ends at a maximum with −117.4536, of inputs 2, 3, 4 and 6; the greatest of all
        // subsets by SciPy is that of 3 to 6.
        BayesianRegressionFit all = Settings(each: true).Fit(x, data.Column(0));
        Assert.Equal(-117.39371, all.LogEvidence, 1e-5);
        Assert.Equal(0.0, all.Weights[0]);
        Assert.Equal(0.0, all.Weights[1]);
        Matrix<double> four = Matrix<double>.Build.DenseOfColumnVectors(
            x.Column(1), x.Column(2), x.Column(3), x.Column(5));
        Same(
            Settings(each: true).Fit(four, data.Column(0)), 290.97476, -117.453560, 1e-4,
            [-2068.27702, -1600.05752, -580.69269, 6672.24119]);
    }

    private static void Same(
        BayesianRegressionFit fit, double noise, double evidence, double relative, double[] weights)
    {
        Assert.True(fit.IsConverged, $"{fit}");
        Assert.Equal(noise, fit.NoiseDeviation, relative * noise);
        Assert.Equal(evidence, fit.LogEvidence, 1e-5);
        for (int j = 0; j < weights.Length; j++)
        {
            Assert.Equal(weights[j], fit.Weights[j], relative * weights.Max(Math.Abs));
        }
    }
}
