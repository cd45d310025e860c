using System.CommandLine;
using Math4AI.Fitting;
using Math4AI.Fitting.Posteriors;
using Math4AI.Probability.Sampling;

namespace Math4AI.Cli.Fitting;

/// <summary>The posterior that <c>math4ai fit</c> is asked for.</summary>
/// <param name="Priors">Priors by the names of parameters.</param>
/// <param name="Sampler">How it is sampled.</param>
/// <param name="IsLaplace">Whether it is approximated at its mode, and not sampled.</param>
internal sealed record FitPosteriorChoice(
    IReadOnlyDictionary<string, Prior> Priors, NutsSampler Sampler, bool IsLaplace)
{
    /// <summary>Whether parameters without a prior are given a weak one from the data's scales.</summary>
    public bool TakesWeakPriors { get; init; }

    /// <summary>The file of draws whose chains go on, or its folder; null for new chains.</summary>
    public string? Resumed { get; init; }

    /// <summary>Whether a seed was given.</summary>
    public bool HasSeed { get; init; }

    /// <summary>The draws whose chains go on; null for new chains.</summary>
    public PosteriorDraws? Earlier()
    {
        if (Resumed is null)
        {
            return null;
        }

        PosteriorDraws found = PosteriorDraws.Load(
            Directory.Exists(Resumed) ? Path.Combine(Resumed, FitOutput.DrawsName) : Resumed);
        return !HasSeed || found.Sampler.Seed == Sampler.Seed
            ? found
            : throw new UsageException(
                $"--resume goes on with the seed of the earlier run, {found.Sampler.Seed}: leave out --seed "
                + $"{Sampler.Seed}, or sample anew.");
    }

    /// <summary>
    /// The problem of the fit that the chains start from: with fewer samples than parameters it takes their priors too.
    /// </summary>
    public FitProblem ForStart(FitProblem problem)
    {
        string[] free = [.. problem.Model.ParameterNames.Where(name => !problem.Fixed.ContainsKey(name))];
        bool isShort = problem.Inputs is { } inputs && inputs.RowCount * problem.Model.Outputs <= free.Length;
        return !isShort ? problem : problem with
        {
            Priors = Priors.Where(pair => free.Contains(pair.Key)).ToDictionary(),
        };
    }

    /// <summary>The weak priors that were taken, in a sentence; null for none.</summary>
    public string? Note { get; private init; }

    /// <summary>The choice with the priors that a fit's data give.</summary>
    public FitPosteriorChoice Of(FitResult fit)
    {
        if (!TakesWeakPriors)
        {
            return this;
        }

        IReadOnlyDictionary<string, string> weak = WeakPriors.Of(fit, Priors);
        return this with
        {
            Priors = Priors.Concat(weak.Select(pair => KeyValuePair.Create(pair.Key, Prior.Parse(pair.Value))))
                .ToDictionary(),
            Note = weak.Count == 0 ? null
                : $"Weak priors from the scales of the data: {string.Join(", ", weak.Select(
                    pair => $"{pair.Key} ~ {pair.Value}"))}.",
        };
    }
}

/// <summary>The options of <c>math4ai fit</c> for the posterior.</summary>
internal sealed class FitPosteriorOptions
{
    /// <summary>The fewest draws of a chain that can be asked for.</summary>
    public const int MinDraws = 100;

    private const string Laplace = "laplace";
    private const string WeakWord = "default";

    private readonly Option<string?> posterior = new("--posterior")
    {
        Description = "Sample the posterior of the parameters by Hamiltonian Monte Carlo: means, quantiles and "
            + "diagnostics; the draws go to draws.npz. With --compare, distances are ranked by their posteriors too. "
            + "--posterior laplace: approximate it by a normal density at its mode, in milliseconds; k̂ says whether "
            + "that can be trusted.",
        HelpName = Laplace,
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string[]> priors = CommonOptions.Named<string[]>(
        "--prior", "NAME ~ PRIOR",
        "The prior of a parameter, such as \"b2 ~ lognormal(-9, 1)\"; may be given several times, or "
            + "with ; between. sigma is the scale of the noise. The word default gives the others weak priors from the "
            + "data's scales, which are printed. Default: flat.");

    private readonly Option<int> draws = CommonOptions.Named<int>(
        "--draws", "N",
        "The number of draws of each of the 4 chains, after as many of warm-up (at least 1000).",
        MinWarmup);

    private readonly Option<string?> resume = CommonOptions.Named<string?>(
        "--resume", "FILE",
        "Go on with the chains of draws.npz of an earlier run, or of its folder: --draws more of each, the same as "
            + "those of one longer run after the same warm-up. Data, model, priors and seed are those of that run.");

    private readonly Option<double> acceptance = CommonOptions.Named<double>(
        "--target-acceptance", "P",
        "The mean acceptance that the steps of the chains are adapted to, between 0 and 1: more, such as 0.95, makes "
            + "steps shorter, which avoids divergences.",
        new NutsSampler().TargetAcceptance);

    private readonly Option<string> mass = CommonOptions.Named<string>(
        "--mass-matrix", "FORM",
        "The mass matrix of the chains: dense, diagonal, or auto, which is dense up to 50 parameters.",
        "auto");

    private const int MinWarmup = 1000;

    public void AddTo(Command command)
    {
        command.Options.Add(posterior);
        command.Options.Add(priors);
        command.Options.Add(draws);
        command.Options.Add(resume);
        command.Options.Add(acceptance);
        mass.AcceptOnlyFromAmong("auto", "dense", "diagonal");
        command.Options.Add(mass);
    }

    /// <summary>The parts of a text, of which an empty one has none that could be left out in silence.</summary>
    private static string[] SplitAtSemicolons(string text) =>
        text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } parts
            ? parts
            : throw new UsageException("--prior is empty: it is written \"b2 ~ lognormal(-9, 1)\".");

    /// <summary>What was asked for; null if no posterior was.</summary>
    public FitPosteriorChoice? Read(ParseResult parsed)
    {
        string[] texts = [.. (parsed.GetValue(priors) ?? []).SelectMany(SplitAtSemicolons)];
        if (parsed.GetResult(posterior) is not { Implicit: false })
        {
            return texts.Length == 0 && parsed.GetResult(draws) is not { Implicit: false }
                && parsed.GetValue(resume) is null && !HasSettings(parsed)
                ? null
                : throw new UsageException(
                    "--prior, --draws, --resume, --target-acceptance and --mass-matrix belong to --posterior: give it "
                    + "too.");
        }

        string? method = parsed.GetValue(posterior);
        if (method is not (null or Laplace))
        {
            throw new UsageException($"--posterior stands alone or takes {Laplace}, and not '{method}'.");
        }

        RequireTogether(parsed, method);

        int count = parsed.GetValue(draws);
        if (count < MinDraws)
        {
            throw new UsageException($"--draws takes a number of {MinDraws} or more, and not {count}.");
        }

        var sampler = new NutsSampler
        {
            Draws = count,
            Warmup = Math.Max(MinWarmup, count),
            Seed = parsed.GetValue(CommonOptions.Seed),
            TargetAcceptance = parsed.GetValue(acceptance) is > 0.0 and < 1.0 and double target ? target
                : throw new UsageException("--target-acceptance takes a number between 0 and 1, such as 0.95."),
            MassMatrix = Enum.Parse<MassMatrix>(parsed.GetValue(mass)!, ignoreCase: true),
        };
        return new FitPosteriorChoice(KnownPriors(texts), sampler, method == Laplace)
        {
            TakesWeakPriors = texts.Contains(WeakWord),
            Resumed = parsed.GetValue(resume),
            HasSeed = parsed.GetResult(CommonOptions.Seed) is { Implicit: false },
        };
    }

    private bool HasSettings(ParseResult parsed) =>
        parsed.GetResult(acceptance) is { Implicit: false } || parsed.GetResult(mass) is { Implicit: false };

    private void RequireTogether(ParseResult parsed, string? method)
    {
        bool isResumed = parsed.GetValue(resume) is not null;
        bool hasChains = isResumed || parsed.GetResult(draws) is { Implicit: false } || HasSettings(parsed);
        if (method == Laplace && hasChains)
        {
            throw new UsageException(
                "--posterior laplace has no chains: leave out --draws, --resume, --target-acceptance and "
                + "--mass-matrix.");
        }

        if (isResumed && HasSettings(parsed))
        {
            throw new UsageException(
                "--resume goes on with the steps and masses of the earlier run: leave out --target-acceptance and "
                + "--mass-matrix, or sample anew.");
        }
    }

    private static Dictionary<string, Prior> KnownPriors(string[] texts)
    {
        var known = new Dictionary<string, Prior>();
        foreach (string text in texts.Where(text => text != WeakWord))
        {
            (string name, Prior prior) = PriorOf(text);
            if (!known.TryAdd(name, prior))
            {
                throw new UsageException($"--prior has two priors for '{name}'.");
            }
        }

        return known;
    }

    private static (string Name, Prior Prior) PriorOf(string text)
    {
        string[] sides = text.Split('~', StringSplitOptions.TrimEntries);
        if (sides.Length != 2 || sides[0].Length == 0)
        {
            throw new UsageException($"--prior is written \"b2 ~ lognormal(-9, 1)\", and not '{text}'.");
        }

        try
        {
            return (sides[0], Prior.Parse(sides[1]));
        }
        catch (FormatException wrong)
        {
            throw new UsageException($"--prior: {wrong.Message}");
        }
    }
}
