using System.Diagnostics;
using System.Globalization;
using Math4AI.Data.Tables;
using Math4AI.Training;
using Math4AI.Training.Learners;
using Math4AI.Training.Tables;

namespace Math4AI.Benchmarks;

/// <summary>
/// What the choice among learners costs: the test loss of the model that <c>auto</c> keeps beside that of each learner
/// alone, on splits that are not reported (those from 20 on).
/// </summary>
internal static class TableChoice
{
    /// <summary>Names of tables, and the first and the last split, such as 20-22.</summary>
    public static int Run(string[] words)
    {
        const string Python = "/usr/bin/python3";
        int[] ends = [.. words[^1].Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture))];
        string folder = Directory.CreateTempSubdirectory("math4ai-choice-").FullName;
        try
        {
            using (Process export = Peer.Start(Python, "tables.py", ["--export", folder]))
            {
                export.WaitForExit();
            }

            foreach (PublicTable data in PublicTable.All(folder).Where(data => words.Contains(data.Name)))
            {
                for (int split = ends[0]; split <= ends[^1]; split++)
                {
                    Report(data, split);
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static void Report(PublicTable data, int split)
    {
        (Table train, Table test) = data.Split(split);
        Trained<LearnedTable> kept = Train(null);
        string name = kept.Model.Comparison.Single(each => each.IsKept).Name;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{data.Name} {split}: kept {name} {LossOf(kept):G4} ({kept.Model.About.Learner})"));
        foreach (ComparedLearner each in kept.Model.Comparison.Where(each => each.Loss is not null))
        {
            double? alone = AutoLearner.UsualNames.Contains(each.Name) ? LossOf(Train(each.Name)) : null;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {each.Name}: cross-validated {each.Loss:G4} ± {each.Error:G2}, test {alone:G4}"));
        }

        double LossOf(Trained<LearnedTable> trained) =>
            trained.Test.Scores[trained.Classes.Count > 0 ? "logLoss" : "rmse"];

        Trained<LearnedTable> Train(string? only) => LearnedTable.Train(
            train, test,
            new TableTrainingOptions
            {
                Target = data.Target,
                Ignore = data.Ignore,
                Missing = Missing.Impute,
                Intervals = IntervalSource.None,
                Trainer = new TrainerOptions { Seed = split + 1 },
            },
            new AutoLearner { Seed = split + 1, Names = only is null ? null : [only] });
    }
}
