using System.CommandLine;
using System.Globalization;
using Math4AI.Audio;
using Math4AI.Data;

namespace Math4AI.Cli.Live;

/// <summary><c>math4ai devices</c>: lists the sound devices.</summary>
internal static class DevicesCommand
{
    public static Command Create()
    {
        var command = new Command(
            "devices",
            "List the sound devices that --device and --play of math4ai stream take.\n\nExamples:\n"
            + "  math4ai devices\n"
            + "  math4ai devices --json")
        {
            CommonOptions.Json,
        };
        command.SetAction(words =>
        {
            IReadOnlyList<AudioDeviceInfo> devices = AudioDevice.List();
            if (words.GetValue(CommonOptions.Json))
            {
                Console.Out.WriteLine(CliJson.Text(devices));
            }
            else if (devices.Count == 0)
            {
                Console.Out.WriteLine("There are no sound devices.");
            }

            foreach (AudioDeviceInfo device in words.GetValue(CommonOptions.Json) ? [] : devices)
            {
                Console.Out.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{device.Name}: records {Counted.Of(device.InputChannels, "channel")}"
                    + $"{(device.IsDefaultInput ? " (default)" : string.Empty)}, plays "
                    + $"{device.OutputChannels}{(device.IsDefaultOutput ? " (default)" : string.Empty)}, "
                    + $"{device.SampleRate} Hz, {device.System}"));
            }

            return 0;
        });
        return command;
    }
}
